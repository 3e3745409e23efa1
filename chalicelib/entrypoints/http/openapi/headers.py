"""The headers of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.entrypoints.http.caching import PRESENT, VARY
from chalicelib.entrypoints.http.openapi.terms import IDENTIFIER, TEXT, Json, ref

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION_TAG: Final = r'^"(0|[1-9][0-9]{0,17})(\.[0-9a-f]{16})?"$'

ANSWERED: Final[Mapping[str, Json]] = {
    "X-Correlation-Id": {
        "description": "The conversation that this belongs to: the caller's own, or a new one.",
        "required": True,
        "schema": IDENTIFIER,
    },
    "ETag": {
        "description": "The version of the stream, in quotes; a document's has a digest behind it. "
        "`If-Match` and `If-None-Match` take it as it is.",
        "required": True,
        "schema": {"type": "string", "pattern": VERSION_TAG, "examples": ['"1"']},
    },
    "Nexus-Consistency": {
        "description": "The token of this write: a query that brings it shows the write.",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "maxLength": 4096},
    },
    "Nexus-Replayed": {
        "description": "There if the command was accepted before and this repeats the answer.",
        "schema": {"type": "string", "const": "true"},
    },
    "Retry-After": {
        "description": "Seconds after which to ask again, if that may help.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "WWW-Authenticate": {
        "description": "How to say who you are.",
        "required": True,
        "schema": {"type": "string", "const": "Bearer"},
    },
    "Content-Security-Policy": {
        "description": "Of a page: it runs its own script and style, and nothing else.",
        "schema": TEXT,
    },
    "X-Content-Type-Options": {
        "description": "It is what `Content-Type` says.",
        "required": True,
        "schema": {"type": "string", "const": "nosniff"},
    },
    "Vary": {
        "description": "The answer depends on these headers of the request.",
        "required": True,
        "schema": {"type": "string", "enum": ["Accept", VARY]},
    },
    "Cache-Control": {
        "description": "`no-cache`: true when it was given. `max-age`: the seconds that it may be "
        "old, here and in your cache together (`NEXUS_MAX_STALENESS`).",
        "required": True,
        "schema": {"type": "string", "pattern": f"^({PRESENT}|private, max-age=[1-9][0-9]*)$"},
    },
    "Age": {
        "description": "Seconds since what it shows was true for certain; 0: it is now.",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
    },
    "Cache-Status": {
        "description": "Whether the answer was kept, or was read from the read model.",
        "required": True,
        "schema": {"type": "string", "enum": ["nexus; hit", "nexus; fwd=miss"]},
    },
    "PageTag": {
        "description": "A weak tag of what the page shows, whenever it was read.",
        "required": True,
        "schema": {"type": "string", "pattern": '^W/"[0-9a-f]{32}"$'},
    },
}


def answered(*names: str) -> Json:
    """Return the headers of an answer by their names; each answer has its correlation id."""
    return {name: ref("headers", name) for name in ("X-Correlation-Id", *names)}


def paged() -> Json:
    """Return the headers of a page."""
    told = answered("Cache-Control", "Vary", "Age", "Cache-Status")
    return {**told, "ETag": ref("headers", "PageTag")}
