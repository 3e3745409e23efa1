"""Denials: what the policies forbade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.entrypoints.http.openapi.operation import json, operation
from chalicelib.entrypoints.http.openapi.parameters import shared
from chalicelib.entrypoints.http.openapi.terms import MOMENT, STREAM, TEXT, Json, closed

if TYPE_CHECKING:
    from chalicelib.entrypoints.http.openapi.components import Components

_TEXTS: Final[Json] = {"type": "array", "items": TEXT}
_DIGEST: Final[Json] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_REASON: Final = closed({"rule": TEXT, "message": TEXT})
_DENIAL: Final = closed(
    {
        "id": TEXT,
        "at": MOMENT,
        "type": {**TEXT, "description": "Of the command, or of the event that it led to."},
        "stream": STREAM,
        "principal": closed({"kind": TEXT, "id": TEXT, "tenant": TEXT, "roles": _TEXTS}),
        "input": closed(
            {
                "fields": {**_TEXTS, "description": "Their names; values are not kept."},
                "digest": {**_DIGEST, "description": "Equal for an equal input."},
            }
        ),
        "reasons": {"type": "array", "items": _REASON},
        "policies": {**_DIGEST, "description": "SHA-256 of the bundle that decided."},
    },
    description="A command or an event that a policy has forbidden.",
)


def denials(components: Components, problems: Json) -> Json:
    """Return the operation that lists them."""
    page = closed(
        {
            "items": {"type": "array", "items": components.schema("Denial", _DENIAL)},
            "next": {"type": ["string", "null"], "description": "The cursor of the next page."},
        }
    )
    return operation(
        "getDecisions",
        "operations",
        "What the policies forbade in your tenant, the newest first",
        {"200": json("A page.", page), **problems},
        *shared("Limit", "Cursor")[:-1],
    )
