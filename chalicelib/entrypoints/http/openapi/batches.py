"""Many commands in one request, of all contexts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.pydantic.json_schema import input_schema
from chalicelib.entrypoints.http import errors as http
from chalicelib.entrypoints.http.batches import MAX_COMMANDS, Entry
from chalicelib.entrypoints.http.openapi.commands import REFUSALS, result
from chalicelib.entrypoints.http.openapi.examples import example
from chalicelib.entrypoints.http.openapi.headers import answered
from chalicelib.entrypoints.http.openapi.operation import operation
from chalicelib.entrypoints.http.openapi.parameters import shared
from chalicelib.entrypoints.http.openapi.problems import EVERYWHERE, any_problem_schema
from chalicelib.entrypoints.http.openapi.terms import Json, closed, content
from chalicelib.entrypoints.http.request import BATCHES, MAX_BATCH
from chalicelib.kernel import errors
from chalicelib.kernel.messages import message_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chalicelib.entrypoints.http.openapi.components import Components
    from chalicelib.kernel.context import BoundedContext
    from chalicelib.kernel.messages import Command

TAG: Final = {"name": "batches", "description": "Many commands in one request."}
_PROBLEMS: Final = (
    *EVERYWHERE,
    errors.Unauthenticated,
    http.UnsupportedMediaType,
    errors.TooManyRequests,
    errors.Unavailable,
)
_DESCRIPTION: Final = f"""\
Up to {MAX_COMMANDS} commands, in a body of up to {MAX_BATCH} bytes. Each is authorised, decided \
and stored by itself, and none's failure harms another: the answer is 200, with a result or a \
problem for each, in their order. Commands of one stream are handled in their order.

Give each an `idempotencyKey`: then the whole batch can be sent again, and what was done before is \
answered as the first time, with `replayed`. Nothing is tried again for you.

Only what is no batch at all is refused as a whole.
"""


def paths(contexts: Iterable[BoundedContext], components: Components) -> Iterator[tuple[str, Json]]:
    """Yield the path of batches."""
    contexts = tuple(contexts)
    commands = [
        (context, command)
        for context in contexts
        for aggregate in context.aggregates
        for command in aggregate.commands
    ]
    entries = [_entry(context, command, components) for context, command in commands]
    batch = _array(entries, minItems=1, maxItems=MAX_COMMANDS)
    asked = components.schema("Batch", closed({"commands": batch}))
    results = _array([*_results(contexts), _problem(components)])
    done = {
        "description": "Each has been handled; its `status` tells how.",
        "headers": answered("Retry-After"),
        "content": content(components.schema("BatchResult", closed({"results": results}))),
    }
    responses = {"200": done, **components.problems(*_PROBLEMS)}
    described = operation(
        "issueBatch", TAG["name"], "Issue many commands", responses, *shared("Trace")[:-1]
    )
    body = {"required": True, "content": content(asked, **_example(commands))}
    yield BATCHES, {"post": {**described, "description": _DESCRIPTION, "requestBody": body}}


def _array(items: list[Json], **bounds: int) -> Json:
    return {"type": "array", "items": {"oneOf": items} if items else False, **bounds}


def _entry(context: BoundedContext, command: type[Command], components: Components) -> Json:
    """Return the schema of a command in a batch: what validates it, and its own data."""
    schema = input_schema(Entry)
    own = {
        "command": {"type": "string", "const": command.__name__},
        "data": components.asked(context, command),
    }
    return {**schema, "properties": {**schema["properties"], **own}, "required": list(own)}


def _results(contexts: Iterable[BoundedContext]) -> Iterator[Json]:
    kinds = [
        message_type(context.name, event)
        for context in contexts
        for aggregate in context.aggregates
        for event in aggregate.events
    ]
    for status, some in ((201, True), (200, False)):
        said = {"status": {"type": "integer", "const": status}, **result(kinds, some=some)}
        replayed = {"type": "boolean", "const": True, "description": "It was done before."}
        more = {"replayed": replayed} if some else {}
        yield {**closed(said), "properties": {**said, **more}}


def _problem(components: Components) -> Json:
    return components.schema("BatchProblem", any_problem_schema(REFUSALS))


def _example(commands: list[tuple[BoundedContext, type[Command]]]) -> dict[str, Any]:
    """Return what a body looks like: the first commands that there are."""
    entries = [
        {
            "command": command.__name__,
            "idempotencyKey": f"key-{number}",
            "data": example(input_schema(command)),
        }
        for number, (_, command) in enumerate(commands[:2], start=1)
    ]
    return {"example": {"commands": entries}} if entries else {}
