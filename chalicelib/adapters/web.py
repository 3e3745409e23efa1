"""What is fetched over HTTP: from where it may come, and how much of it is taken."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

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


def service_url(url: str, what: str) -> str:
    """Return the URL of a service, without a last slash; raises Misconfigured if it is none.

    ``what`` is there, as ``a schema registry``.
    """
    try:
        parts = parse_url(url)
    except LocationParseError as error:
        raise Misconfigured(f"that is no URL of {what}") from error
    if parts.auth:
        raise Misconfigured(f"the URL of {what} must not have the password in it")
    if parts.scheme not in ("http", "https") or not parts.host or parts.query or parts.fragment:
        raise Misconfigured(f"{url!r} is no URL of {what}")
    require_tls(url, parts)
    return url.rstrip("/")


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
