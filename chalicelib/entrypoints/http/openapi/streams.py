"""Streams: what has happened, event by event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chalicelib.entrypoints.http.openapi.operation import json, operation
from chalicelib.entrypoints.http.openapi.parameters import path, shared
from chalicelib.entrypoints.http.openapi.problems import EVERYWHERE
from chalicelib.entrypoints.http.openapi.terms import MOMENT, STREAM, TEXT, Json, closed
from chalicelib.kernel import errors
from chalicelib.kernel.messages import message_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chalicelib.entrypoints.http.openapi.components import Components
    from chalicelib.kernel.context import Aggregate, BoundedContext

TAG: Final = {"name": "streams", "description": "What has happened, event by event."}
_PROBLEMS: Final = (
    *EVERYWHERE,
    errors.Unauthenticated,
    errors.Forbidden,
    errors.NotFound,
    errors.CorruptStream,
    errors.TooManyRequests,
    errors.Unavailable,
)


def paths(contexts: Iterable[BoundedContext], components: Components) -> Iterator[tuple[str, Json]]:
    """Yield the path of streams."""
    found = [(context, each) for context in contexts for each in context.aggregates]
    components.schema("State", _states(found, components))
    get = operation(
        "getStream",
        TAG["name"],
        "The events of one thing, in their order",
        {"200": json("A page.", _page(found, components)), **components.problems(*_PROBLEMS)},
        path("aggregate", _one_of([each.name for _, each in found]), "What kind of thing it is."),
        path("id"),
        *shared("Limit", "Cursor")[:-1],
    )
    yield "/api/streams/{aggregate}/{id}", {"get": get}


def _page(found: list[tuple[BoundedContext, Aggregate]], components: Components) -> Json:
    events = [
        _event(context, event, components) for context, each in found for event in each.events
    ]
    return closed(
        {
            "stream": STREAM,
            "version": {"type": "integer", "minimum": 1},
            "events": {"type": "array", "items": {"oneOf": events} if events else False},
            "next": {"type": ["string", "null"], "description": "The cursor of the next page."},
        }
    )


def _event(context: BoundedContext, event: type[Any], components: Components) -> Json:
    return closed(
        {
            "id": {**TEXT, "description": "`stream@version`"},
            "type": {"type": "string", "const": message_type(context.name, event)},
            "version": {"type": "integer", "minimum": 1},
            "schemaVersion": {
                "type": "integer",
                "minimum": 1,
                "description": "That of the schema it was written with, and is stored in; `data` "
                "is as the newest version has it.",
            },
            "recordedAt": MOMENT,
            "effectiveAt": MOMENT,
            "data": components.answered(context, event),
        }
    )


def _states(found: list[tuple[BoundedContext, Aggregate]], components: Components) -> Json:
    states = [components.answered(context, each.state) for context, each in found]
    return {"description": "The state of a thing.", "anyOf": [*states, {"type": "null"}]}


def _one_of(names: list[str]) -> Json:
    return {"type": "string", "enum": names} if names else TEXT
