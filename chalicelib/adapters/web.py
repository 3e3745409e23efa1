"""What is fetched over HTTP: from where it may come, and how much of it is taken."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Misconfigured, Unavailable

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse
    from urllib3.util import Url

_CHUNK: Final = 64 * 1024
_LOOPBACK: Final = frozenset({"127.0.0.1", "[::1]", "localhost"})


def require_tls(url: str, parts: Url) -> None:
    """Raise Misconfigured for plain HTTP, unless it stays on this machine."""
    if parts.scheme == "http" and parts.host not in _LOOPBACK:
        raise Misconfigured(f"{url} is not on this machine, so it has to be https")


def content_of(answer: BaseHTTPResponse, what: str, largest: int, ends: float) -> bytes:
    """Return an answer's content, of so many bytes at most, by that time of the monotonic clock.

    Raises Unavailable if there is more, or if it takes longer; ``what`` names it.
    """
    content = bytearray()
    while chunk := answer.read1(_CHUNK):
        content += chunk
        if len(content) > largest or time.monotonic() > ends:
            answer.close()
            raise Unavailable(f"{what} is too large, or comes too slowly")
    return bytes(content)
