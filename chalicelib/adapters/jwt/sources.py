"""Where a key set is read: a file, or a URL."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import urllib3
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import parse_url

from chalicelib.adapters.web import content_of, require_tls
from chalicelib.kernel.errors import Misconfigured, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST: Final = 1024 * 1024
"""Bytes of a key set."""
TIMEOUT: Final = urllib3.Timeout(connect=1.0, read=2.0)
"""Seconds of silence; a request waits for it."""
BUDGET: Final = 3.0
"""Seconds for all of it."""
_OK: Final = 200


def key_source(place: str) -> Callable[[], bytes]:
    """Return what reads the key set there, and raises Unavailable if it can't.

    Calls nobody. Raises Misconfigured for a place that can't be: no file, or a URL that is neither
    https nor on this machine.
    """
    return _url(place) if "://" in place else _file(Path(place))


def _file(path: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise Unavailable(f"{path} can't be read ({error.strerror})") from error

    if not path.is_file():
        raise Misconfigured(f"NEXUS_JWKS names no file and no URL: {path}")
    return read


def _url(url: str) -> Callable[[], bytes]:
    _check(url)
    pool = urllib3.PoolManager(headers={"Accept": "application/json"})

    def read() -> bytes:
        ends = time.monotonic() + BUDGET
        try:
            # A redirect isn't followed: it could lead away from TLS, or from this host.
            answer = pool.request("GET", url, timeout=TIMEOUT, retries=False, preload_content=False)
            content = content_of(answer, "the key set", LARGEST, ends)
        except HTTPError as error:
            raise Unavailable(f"{url} does not answer ({type(error).__name__})") from error
        if answer.status != _OK:
            raise Unavailable(f"{url} does not answer with a key set ({answer.status})")
        return content

    return read


def _check(url: str) -> None:
    try:
        parts = parse_url(url)
    except LocationParseError as error:
        raise Misconfigured("NEXUS_JWKS is no URL of a key set") from error
    if parts.auth or not parts.host or parts.scheme not in ("http", "https"):
        raise Misconfigured("NEXUS_JWKS is no https URL of a key set, without a password in it")
    require_tls(url, parts)
