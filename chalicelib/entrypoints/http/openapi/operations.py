"""Operations: how the system does, what has stopped, going on and starting anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.entrypoints.http import errors as http
from chalicelib.entrypoints.http.openapi.denials import denials
from chalicelib.entrypoints.http.openapi.operation import json, operation, public
from chalicelib.entrypoints.http.openapi.parameters import path
from chalicelib.entrypoints.http.openapi.problems import EVERYWHERE
from chalicelib.entrypoints.http.openapi.terms import MOMENT, STREAM, TEXT, Json, closed, content
from chalicelib.kernel import errors
from chalicelib.kernel.commit import Path
from chalicelib.services.lineups import State
from chalicelib.services.operations import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.entrypoints.http.openapi.components import Components

TAG: Final = {
    "name": "operations",
    "description": "How the system does, and making the streams of your tenant go on.",
}
_PROBLEMS: Final = (
    *EVERYWHERE,
    errors.Unauthenticated,
    errors.Forbidden,
    errors.TooManyRequests,
    errors.Unavailable,
)
_REDRIVE: Final = (
    *_PROBLEMS,
    errors.NotFound,
    http.UnsupportedMediaType,
    errors.CorruptStream,
)
_COUNT: Final[Json] = {"type": "integer", "minimum": 0}
_MAYBE_MOMENT: Final[Json] = {**MOMENT, "type": ["string", "null"]}
_OUTLINE: Final[Json] = {
    "name": TEXT,
    "lag": {**_COUNT, "description": "In records."},
    "failures": {**_COUNT, "description": "In a row."},
}
_CONSUMER: Final = closed(
    {
        **_OUTLINE,
        "position": {**_COUNT, "description": "The last record handled, as its feed counts."},
        "error": {"type": ["string", "null"], "description": "The last one."},
    },
    description="Who is fed with commits, and how far it lags.",
)
_PARKED: Final = closed(
    {
        "consumer": TEXT,
        "stream": STREAM,
        "behind": {**_COUNT, "description": "The version that it has got to."},
        "reason": TEXT,
        "waiting": {**_COUNT, "description": "Deliveries that have come since."},
    }
)
_HEALTH: Final = closed(
    {
        "status": {"type": "string", "enum": ["ok", "degraded"]},
        "consumers": {"type": "array", "items": closed(_OUTLINE)},
        "parkedCount": {**_COUNT, "description": "Streams that have stopped in a consumer."},
        "deadLetterCount": _COUNT,
        "damagedCount": {
            **_COUNT,
            "description": "Read models with a document that can't be read.",
        },
    },
    description="What carries events, how far it lags, and how much has stopped.",
)
_MAYBE_INDEX: Final[Json] = {"type": ["string", "null"]}
_LAST: Final[Json] = {
    "index": {**_MAYBE_INDEX, "description": "What is, or was, filled."},
    "state": {
        "type": "string",
        "enum": [NEVER, *State],
        "description": "Held: it differs from the present one, and waits for a decision. Failed: "
        "the present one has stayed.",
    },
    "handled": {**_COUNT, "description": "Commits of the history."},
    "total": {**_COUNT, "description": "As many there were when it began."},
    "startedAt": _MAYBE_MOMENT,
    "finishedAt": _MAYBE_MOMENT,
    "error": {"type": ["string", "null"], "description": "Why it has failed, or is held."},
}
_REBUILD: Final = closed(_LAST, description="The last rebuild of a projection.")
_INDEXES: Final[Json] = {
    "live": {**_MAYBE_INDEX, "description": "The index that answers; none before it is filled."},
    "next": {**_MAYBE_INDEX, "description": "The one that is being filled, or held."},
    "previous": {**_MAYBE_INDEX, "description": "The one before, kept for a roll-back."},
    "owed": {
        "type": "object",
        "additionalProperties": _COUNT,
        "description": "By index, streams that could not be put, and are so later.",
    },
    "rebuild": closed(_LAST),
}
_LINEUP: Final = closed({"name": TEXT, **_INDEXES}, description="A projection's indexes.")
_PARITY: Final = closed(
    {
        "equal": {"type": "boolean"},
        "documents": {**_COUNT, "description": "Of the index that answers; tombstones too."},
        "others": {**_COUNT, "description": "Of the one beside it."},
        "compared": _COUNT,
        "differ": _COUNT,
        "examples": {"type": "array", "items": TEXT},
    },
    description="What a comparison of two indexes has found.",
)
_PROJECTION: Final = closed(
    {
        "name": TEXT,
        "version": {"type": "integer", "minimum": 1},
        "sources": {
            "type": "array",
            "items": TEXT,
            "description": "The aggregates whose streams it follows.",
        },
        "paths": {"type": "array", "items": {"type": "string", "enum": sorted(Path)}},
        **_INDEXES,
        "consumers": {"type": "array", "items": _CONSUMER},
        "parked": {"type": "array", "items": _PARKED},
        "damaged": {
            "type": ["string", "null"],
            "description": "What was found that can't be read, and what to do.",
        },
    }
)
_LETTER: Final = closed(
    {
        "consumer": TEXT,
        "stream": STREAM,
        "version": {"type": "integer", "minimum": 1, "description": "Of its first event."},
        "count": {"type": "integer", "minimum": 1, "description": "Of its events."},
        "bytes": _COUNT,
        "reason": TEXT,
        "attempts": _COUNT,
        "failedAt": MOMENT,
    },
    description="A commit that could not be applied.",
)


def paths(components: Components) -> Iterator[tuple[str, Json]]:
    """Yield the paths of operations."""
    health = json("It is.", components.schema("Health", _HEALTH))
    unwell = components.problems(*EVERYWHERE, http.Unwell, errors.Unavailable)
    yield "/health", {"get": public(_operation("getHealth", "Is it well?", health, unwell))}
    problems = components.problems(*_PROBLEMS)
    consumers = json("All of them.", _items(components.schema("Consumer", _CONSUMER)))
    yield "/api/operations/consumers", {
        "get": _operation(
            "getConsumers", "How each consumer does, and its last error", consumers, problems
        )
    }  # fmt: skip
    projections = json("All of them.", _items(components.schema("Projection", _PROJECTION)))
    yield "/api/operations/projections", {
        "get": _operation(
            "getProjections", "Each read model, how far it lags and what is parked", projections,
            problems,
        )
    }  # fmt: skip
    yield from _indexes(components)
    yield "/api/operations/decisions", {"get": denials(components, components.problems(*_PROBLEMS))}
    letters = json("All of them.", _items(components.schema("DeadLetter", _LETTER)))
    yield (
        "/api/operations/dlq",
        {
            "get": _operation(
                "getDlq", "What could not be applied, by whom and why", letters, problems
            )
        },
    )
    yield "/api/operations/dlq/{consumer}/redrive", {"post": _redrive(components)}


def _operation(name: str, summary: str, answer: Json, problems: Json, *parameters: Json) -> Json:
    return operation(name, TAG["name"], summary, {"200": answer, **problems}, *parameters)


def _indexes(components: Components) -> Iterator[tuple[str, Json]]:
    route = "/api/operations/projections/{name}"
    name = path("name", description="Of the projection, as order-details.")
    problems = components.problems(*_PROBLEMS, errors.NotFound)
    refused = components.problems(*_PROBLEMS, errors.NotFound, errors.Refusal, errors.Rejected)
    yield f"{route}/rebuild", _rebuild(components, name, problems)
    parity = json("What was found.", components.schema("Parity", _PARITY))
    summary = "Compare all documents of two indexes"
    yield f"{route}/parity", {"get": _operation("compare", summary, parity, refused, name)}
    lineup = json("How they stand.", components.schema("Lineup", _LINEUP))
    action = path("action", description="switch, roll-back, retire or discard.")
    summary = "Have another index answer, or drop one"
    change = _operation("changeIndexes", summary, lineup, refused, name, action)
    yield f"{route}/{{action}}", {"post": change}


def _rebuild(components: Components, name: Json, problems: Json) -> Json:
    schema = components.schema("Rebuild", _REBUILD)
    begun = {"202": json("It runs; or it is done, if there was nothing to do.", schema), **problems}
    last = json("How it stands.", schema)
    return {
        "get": _operation("getRebuild", "The last rebuild of a projection", last, problems, name),
        "post": {
            **operation("rebuild", TAG["name"], "Fill a new index", begun, name),
            "description": "All of history is applied beside the present index, which answers "
            "until the new one takes its place. If they differ, the new one is held for a "
            "decision. To repeat this while it runs changes nothing.",
        },
    }


def _redrive(components: Components) -> Json:
    done = closed({"redriven": {"type": "boolean", "description": "False: it stopped again."}})
    described = _operation(
        "redrive",
        "Make a parked stream go on",
        json("It was tried.", done),
        components.problems(*_REDRIVE),
        path("consumer", description="Who has parked it."),
    )
    stream = {"stream": "default/Order/order-1"}
    body = {"required": True, "content": content(closed({"stream": STREAM}), example=stream)}
    return {**described, "requestBody": body}


def _items(schema: Json) -> Json:
    return closed({"items": {"type": "array", "items": schema}})
