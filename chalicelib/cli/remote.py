"""The running system, over HTTP: what changes something is its matter."""

from __future__ import annotations

import json
import os
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from chalicelib.kernel.errors import InvalidInput, Refusal, Unavailable

TIMEOUT: Final = 60.0
"""Seconds; a redrive may have much to apply."""


def get(url: str, path: str, timeout: float = TIMEOUT) -> Any:
    """Return what the system answers; raises InvalidInput, Refusal or Unavailable."""
    return _ask(url, path, timeout)


def post(url: str, path: str, body: object) -> Any:
    """Send JSON, and return what the system answers; raises as ``get`` does."""
    return _ask(url, path, TIMEOUT, json.dumps(body).encode())


def _address(url: str, path: str) -> str:
    if urlsplit(url).scheme not in ("http", "https"):
        raise InvalidInput(f"{url} is no address of a system: http://127.0.0.1:8000 is one")
    return url.rstrip("/") + quote(path)


def _ask(url: str, path: str, timeout: float, body: bytes | None = None) -> Any:
    request = Request(  # noqa: S310 - the scheme has been checked
        _address(url, path), body, {"Content-Type": "application/json"}
    )
    if token := os.environ.get("NEXUS_TOKEN"):
        # A redirect doesn't take it along: it is for this system only.
        request.add_unredirected_header("Authorization", f"Bearer {token}")
    direct = build_opener(ProxyHandler({}))  # no proxy can reach this machine's own addresses
    try:
        with direct.open(request, timeout=timeout) as answer:
            return json.load(answer)
    except HTTPError as error:
        raise Refusal(_problem(error)) from None
    except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        message = f"no system answers at {url} ({reason}); start it with `nexus run`, or give --url"
        raise Unavailable(message) from None
    except ValueError:
        raise Unavailable(f"what answers at {url} is no Nexus; give --url") from None


def _problem(error: HTTPError) -> str:
    try:
        problem = json.load(error)
        text = f"{problem['title']}: {problem['detail']}"
    except (ValueError, LookupError, TypeError):
        return f"the system answered {error.code} {error.reason}"
    if error.code == HTTPStatus.UNAUTHORIZED:
        text += " (this command sends the token in NEXUS_TOKEN)"
    return text
