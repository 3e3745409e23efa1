"""What every system serves, whatever its contexts: streams, health, and what explains it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chalicelib.entrypoints.http.errors import Unwell
from chalicelib.entrypoints.http.openapi.headers import answered
from chalicelib.entrypoints.http.openapi.parameters import path, shared
from chalicelib.entrypoints.http.openapi.problems import EVERYWHERE
from chalicelib.entrypoints.http.openapi.terms import (
    MOMENT,
    STREAM,
    TEXT,
    Json,
    closed,
    content,
)
from chalicelib.entrypoints.http.problems import PROBLEMS
from chalicelib.kernel import errors
from chalicelib.kernel.messages import message_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chalicelib.entrypoints.http.openapi.components import Components
    from chalicelib.kernel.context import Aggregate, BoundedContext

TAGS: Final = (
    {"name": "streams", "description": "What has happened, event by event."},
    {"name": "operations", "description": "How the system does."},
    {"name": "documentation", "description": "What explains all this."},
)
_COUNT: Final[Json] = {"type": "integer", "minimum": 0}
_CONSUMER: Final = closed(
    {
        "name": TEXT,
        "lag": {**_COUNT, "description": "In records."},
        "failures": {**_COUNT, "description": "In a row."},
        "error": {"type": ["string", "null"], "description": "The last one."},
    }
)
_PARKED: Final = closed(
    {
        "consumer": TEXT,
        "stream": STREAM,
        "behind": {**_COUNT, "description": "The version that it has got to."},
        "reason": TEXT,
    }
)
_HEALTH: Final = closed(
    {
        "status": {"type": "string", "enum": ["ok", "degraded"]},
        "consumers": {"type": "array", "items": _CONSUMER},
        "parkedCount": _COUNT,
        "parked": {"type": "array", "items": _PARKED},
    },
    optional=("consumers", "parkedCount", "parked"),
    description="What carries events, how far it lags, and which streams have stopped where.",
)
_EXPLAINED: Final = closed(
    {"type": TEXT, "title": TEXT, "status": _COUNT, "meaning": TEXT, "remedy": TEXT},
    description="What a type of problem means, and what to do about it.",
)
_PAGE: Final = answered("Content-Security-Policy", "X-Content-Type-Options")
_EITHER: Final = {**_PAGE, **answered("Vary")}


def paths(contexts: Iterable[BoundedContext], components: Components) -> Iterator[tuple[str, Json]]:
    """Yield the paths that the platform itself has."""
    contexts = tuple(contexts)
    components.schema("State", _states(contexts, components))
    health = components.schema("Health", _HEALTH)
    explained = components.schema("ExplainedProblem", _EXPLAINED)
    yield "/api/streams/{aggregate}/{id}", _events(contexts, components)
    yield (
        "/health",
        _get(
            "getHealth",
            "operations",
            "Is it well?",
            {
                "200": _json("It is.", health),
                **components.problems(*EVERYWHERE, Unwell, errors.Unavailable),
            },
        ),
    )
    yield (
        "/openapi.json",
        _get(
            "getOpenapi",
            "documentation",
            "This document",
            {"200": _json("The document.", {"type": "object"}), **components.problems(*EVERYWHERE)},
        ),
    )
    yield (
        "/docs",
        _get(
            "getDocs",
            "documentation",
            "This document, as a page to read and to try",
            {
                "200": {"description": "The page.", "headers": _PAGE, "content": _html()},
                **components.problems(*EVERYWHERE),
            },
        ),
    )
    listed = closed({"items": {"type": "array", "items": explained}})
    yield (
        "/problems",
        _get(
            "getProblems",
            "documentation",
            "Every type of problem",
            {"200": _either("All of them.", listed), **components.problems(*EVERYWHERE)},
        ),
    )
    names = {"type": "string", "enum": [problem.name for problem in PROBLEMS.values()]}
    yield (
        "/problems/{type}",
        _get(
            "getProblem",
            "documentation",
            "What a type of problem means, and what to do",
            {
                "200": _either("The explanation.", explained),
                **components.problems(*EVERYWHERE, errors.NotFound),
            },
            path("type", names, "The last part of a problem's `type`."),
        ),
    )


def _get(name: str, tag: str, summary: str, responses: Json, *parameters: Json) -> Json:
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "tags": [tag],
            "security": [],
            "parameters": [*parameters, *shared()],
            "responses": responses,
        }
    }


def _json(description: str, schema: Json) -> Json:
    return {"description": description, "headers": answered(), "content": content(schema)}


def _html() -> Json:
    return {"text/html": {"schema": TEXT}}


def _either(description: str, schema: Json) -> Json:
    both = {**_html(), **content(schema)}
    return {"description": description, "headers": _EITHER, "content": both}


def _events(contexts: tuple[BoundedContext, ...], components: Components) -> Json:
    events = [
        _event(context, event, components)
        for context, aggregate in _aggregates(contexts)
        for event in aggregate.events
    ]
    page = closed(
        {
            "stream": STREAM,
            "version": {"type": "integer", "minimum": 1},
            "events": {"type": "array", "items": {"oneOf": events}},
            "next": {"type": ["string", "null"], "description": "The cursor of the next page."},
        }
    )
    names = {"type": "string", "enum": [aggregate.name for _, aggregate in _aggregates(contexts)]}
    described = _get(
        "getStream",
        "streams",
        "The events of one thing, in their order",
        {
            "200": _json("A page.", page),
            **components.problems(
                *EVERYWHERE,
                errors.Unauthenticated,
                errors.NotFound,
                errors.CorruptStream,
                errors.Unavailable,
            ),
        },
        path("aggregate", names, "What kind of thing it is."),
        path("id"),
        *shared("Limit", "Cursor")[:-1],
    )
    del described["get"]["security"]
    return described


def _event(context: BoundedContext, event: type[Any], components: Components) -> Json:
    return closed(
        {
            "id": {**TEXT, "description": "`stream@version`"},
            "type": {"type": "string", "const": message_type(context.name, event)},
            "version": {"type": "integer", "minimum": 1},
            "schemaVersion": {"type": "integer", "minimum": 1},
            "recordedAt": MOMENT,
            "effectiveAt": MOMENT,
            "data": components.answered(context, event),
        }
    )


def _states(contexts: tuple[BoundedContext, ...], components: Components) -> Json:
    states = [components.answered(context, each.state) for context, each in _aggregates(contexts)]
    return {"description": "The state of a thing.", "anyOf": [*states, {"type": "null"}]}


def _aggregates(
    contexts: tuple[BoundedContext, ...],
) -> list[tuple[BoundedContext, Aggregate]]:
    return [(context, each) for context in contexts for each in context.aggregates]
