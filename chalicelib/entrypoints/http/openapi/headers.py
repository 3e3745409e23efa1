"""The headers of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.entrypoints.http.openapi.terms import IDENTIFIER, TEXT, Json, ref

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION_TAG: Final = r'^"(0|[1-9][0-9]{0,17})"$'

ANSWERED: Final[Mapping[str, Json]] = {
    "X-Correlation-Id": {
        "description": "The conversation that this belongs to: the caller's own, or a new one.",
        "required": True,
        "schema": IDENTIFIER,
    },
    "ETag": {
        "description": "The version of the stream, in quotes: what `If-Match` and `If-None-Match` "
        "take.",
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
        "schema": {"type": "string", "const": "Accept"},
    },
}


def answered(*names: str) -> Json:
    """Return the headers of an answer by their names; each answer has its correlation id."""
    return {name: ref("headers", name) for name in ("X-Correlation-Id", *names)}
