"""The write side: an operation for each command, though one route takes them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.adapters.pydantic.json_schema import input_schema
from chalicelib.entrypoints.http import errors as http
from chalicelib.entrypoints.http.openapi.examples import example
from chalicelib.entrypoints.http.openapi.headers import answered
from chalicelib.entrypoints.http.openapi.parameters import shared
from chalicelib.entrypoints.http.openapi.problems import EVERYWHERE
from chalicelib.entrypoints.http.openapi.terms import (
    IDENTIFIER,
    STREAM,
    TEXT,
    Json,
    closed,
    content,
    doc,
    words,
)
from chalicelib.entrypoints.http.openapi.views import captures, operation_id
from chalicelib.kernel import errors
from chalicelib.kernel.messages import message_type
from chalicelib.kernel.naming import camel
from chalicelib.kernel.views import One

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.entrypoints.http.openapi.components import Components
    from chalicelib.kernel.context import Aggregate, BoundedContext
    from chalicelib.kernel.messages import Command

REFUSALS: Final = (
    errors.InvalidInput,
    errors.Forbidden,
    errors.NotFound,
    errors.AlreadyExists,
    errors.VersionConflict,
    errors.VersionMismatch,
    errors.Refusal,
    errors.Rejected,
    errors.IdempotencyKeyReused,
    errors.CommitTooLarge,
    errors.TooManyRequests,
    errors.Unavailable,
    errors.Stopping,
    errors.SchemaViolation,
    errors.CorruptStream,
    Exception,
)
"""What may become of a command that reaches its handler."""
_PROBLEMS: Final = (
    *EVERYWHERE,
    errors.Unauthenticated,
    http.UnsupportedMediaType,
    *REFUSALS,
)
_HEADERS: Final = ("IdempotencyKey", "IfMatch", "EffectiveAt", "Trace")


def paths(context: BoundedContext, components: Components) -> Iterator[tuple[str, Json]]:
    """Yield the path of each command of a context."""
    for aggregate in context.aggregates:
        answers = _answers(context, aggregate, components)
        for command in aggregate.commands:
            path = f"/api/commands/{command.__name__}"
            yield path, {"post": _operation(context, command, answers, components)}


def _operation(
    context: BoundedContext, command: type[Command], answers: Json, components: Components
) -> Json:
    asked = components.asked(context, command)
    return {
        "operationId": command.__name__,
        "summary": words(command.__name__),
        "description": doc(command),
        "tags": [context.name],
        "parameters": shared(*_HEADERS),
        "requestBody": {
            "required": True,
            "content": content(asked, example=example(input_schema(command))),
        },
        "responses": {**answers, **components.problems(*_PROBLEMS)},
    }


def _answers(context: BoundedContext, aggregate: Aggregate, components: Components) -> Json:
    kinds = [message_type(context.name, event) for event in aggregate.events]
    done = components.schema(
        f"{context.name}.{aggregate.name}.accepted", closed(result(kinds, some=True))
    )
    idle = components.schema(
        f"{context.name}.{aggregate.name}.idle", closed(result(kinds, some=False))
    )
    headers = answered("ETag", "Nexus-Consistency")
    replayed = answered("ETag", "Nexus-Consistency", "Nexus-Replayed")
    return {
        "200": {
            "description": "There was nothing to do: it is as the command wants it.",
            "headers": headers,
            "content": content(idle),
        },
        "201": {
            "description": "Done, and stored; or it was, by a command with the same key before.",
            "headers": replayed,
            "content": content(done),
            "links": _links(context, aggregate),
        },
    }


def result(kinds: list[str], *, some: bool) -> Json:
    """Return the members of a command's result, that has some events of these types or none."""
    event = closed({"id": TEXT, "type": {"type": "string", "enum": kinds}})
    bounds = {"minItems": 1} if some else {"maxItems": 0}
    return {
        "commandId": {
            **IDENTIFIER,
            "description": "The idempotency key, or one that was made.",
        },
        "stream": STREAM,
        "version": {"type": "integer", "minimum": 0, "description": "Of the stream, by now."},
        "events": {"type": "array", "items": event, **bounds},
        "consistencyToken": {**TEXT, "description": "For `Nexus-Consistency` of a query."},
    }


def _links(context: BoundedContext, aggregate: Aggregate) -> Json:
    """Return how to read what was written: the token goes from the answer into the question."""
    identity = f"$request.body#/{camel(aggregate.identity)}"
    token = {"header.Nexus-Consistency": "$response.header.Nexus-Consistency"}
    views = {
        view.projection.name: {
            "operationId": operation_id(view.route),
            "parameters": {f"path.{name}": identity for name in captures(view.route)} | token,
        }
        for view in context.views
        if isinstance(view, One) and view.projection.sources == (aggregate.name,)
    }
    stream = {"path.aggregate": aggregate.name, "path.id": identity}
    return {**views, "stream": {"operationId": "getStream", "parameters": stream}}
