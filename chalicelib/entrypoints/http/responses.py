"""Answers in JSON, put together from parts that are JSON already."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from chalice.app import Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def answer(body: bytes, headers: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """Return a response with a JSON body; as text, since a Lambda's answer is JSON itself."""
    return Response(body.decode(), {"Content-Type": "application/json", **(headers or {})}, status)


def json_object(members: Mapping[str, bytes]) -> bytes:
    """Return the JSON object of members that are JSON; their numbers stay as they are."""
    pairs = (json.dumps(name).encode() + b":" + value for name, value in members.items())
    return b"{" + b",".join(pairs) + b"}"


def json_array(items: Iterable[bytes]) -> bytes:
    """Return the JSON array of items that are JSON."""
    return b"[" + b",".join(items) + b"]"


def etag(version: int, body: bytes | None = None) -> str:
    """Return the strong entity tag of a version, as ``"7"``, or of what is shown of it."""
    digest = "" if body is None else f".{hashlib.sha256(body).hexdigest()[:16]}"
    return f'"{version}{digest}"'
