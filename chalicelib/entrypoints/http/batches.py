"""Many commands in one request, each with a result or a problem of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import uuid4

from chalicelib.entrypoints.http.commands import members, status
from chalicelib.entrypoints.http.headers import MAX_VERSION, YEARS
from chalicelib.entrypoints.http.problem_documents import document, headers_of
from chalicelib.entrypoints.http.request import BATCHES
from chalicelib.entrypoints.http.responses import answer, json_array, json_object
from chalicelib.entrypoints.http.routes import Routes
from chalicelib.kernel.errors import Fault, InvalidInput
from chalicelib.kernel.values import Identifier, Limits
from chalicelib.services.command_handler import CommandRequest, CommandResult
from chalicelib.wiring import current

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chalice.app import Response

    from chalicelib.entrypoints.http.request import Incoming
    from chalicelib.services.command_service import Outcome
    from chalicelib.services.governance.provenance import Request

MAX_COMMANDS: Final = 500
ROOM: Final = 2 * 1024 * 1024
"""Bytes of an answer that its problems may take: 500 states could have more than any answer."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What comes with the ``data`` of a command in a batch."""

    command: Identifier
    idempotency_key: Identifier | None = None
    if_match: Annotated[int, Limits(minimum=0, maximum=MAX_VERSION)] | None = None
    effective_at: datetime | None = None

    def faults(self) -> list[Fault]:
        """Return what its limits can't say."""
        if self.effective_at is None or self.effective_at.year in YEARS:
            return []
        return [Fault("/effectiveAt", f"must be in the years {YEARS[0]} to {YEARS[-1]}")]

    def asked(self, request: Request, data: Any) -> CommandRequest:
        """Return the command that is asked for, under a key of its own if none was given."""
        key = self.idempotency_key or str(uuid4())
        return CommandRequest(request, key, data, self.if_match, self.effective_at)


def blueprint() -> Routes:
    """Return the route of batches."""
    routes = Routes(__name__)
    routes.post(BATCHES, issue)
    return routes


def issue(incoming: Incoming) -> Response:
    """Handle the commands of a batch: ``{results}``, one for each and in their order.

    Raises Unauthenticated, or InvalidInput if it is no batch; what is wrong with a command is told
    in its place.
    """
    request = incoming.conversation()
    outcomes = _outcomes(_commands(incoming.json()), request)
    results = json_array(_results(outcomes, incoming.correlation_id))
    return answer(json_object({"results": results}), _retry_after(outcomes))


def _commands(body: object) -> Sequence[object]:
    match body:
        case {"commands": list(commands), **more} if not more and 0 < len(commands) <= MAX_COMMANDS:
            return commands
        case _:
            message = "a batch is an object of `commands`, and nothing else"
            fault = Fault("/commands", f"must be an array of 1 to {MAX_COMMANDS} commands")
            raise InvalidInput(message, [fault])


def _outcomes(commands: Sequence[object], request: Request) -> Sequence[Outcome]:
    """Return what became of each command; one that is malformed doesn't reach the service."""
    asked = [_read(command, request) for command in commands]
    well_formed = [each for each in asked if not isinstance(each, InvalidInput)]
    handled = iter(current().commands.handle_all(well_formed))
    return [
        _within(f"/commands/{number}", each)
        if isinstance(each, InvalidInput)
        else _within(f"/commands/{number}/data", next(handled))
        for number, each in enumerate(asked)
    ]


def _read(command: object, request: Request) -> tuple[str, CommandRequest] | InvalidInput:
    """Return a command's name and what is asked of it, or what is wrong with it."""
    message = "this is no valid command of a batch"
    data, given, missing = None, command, list[Fault]()
    match command:
        case {"data": data, **given}:
            pass
        case dict():
            missing = [Fault("/data", "is missing")]
    try:
        entry = current().shapes.parse(Entry, given)
    except InvalidInput as error:
        return InvalidInput(message, [*error.faults, *missing])
    if faults := [*entry.faults(), *missing]:
        return InvalidInput(message, faults)
    return entry.command, entry.asked(request, data)


def _within(place: str, outcome: Outcome) -> Outcome:
    """Return what became of a command; its faults point into the body of the batch."""
    if not isinstance(outcome, InvalidInput):
        return outcome
    faults = [Fault(place + fault.pointer, fault.message) for fault in outcome.faults]
    return InvalidInput(str(outcome), faults)


def _results(outcomes: Iterable[Outcome], correlation_id: str) -> Iterator[bytes]:
    """Yield each result or problem; a problem's instance is the request's, ``#`` and its number."""
    room = ROOM
    for number, outcome in enumerate(outcomes):
        if isinstance(outcome, CommandResult):
            replayed = {"replayed": True} if outcome.replayed else {}
            said = {"status": status(outcome), **members(outcome), **replayed}
            yield current().shapes.to_json(said)
        else:
            problem = document(outcome, f"{correlation_id}#{number}", room)
            room -= len(problem)
            yield problem


def _retry_after(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """Return the header that says when all that may succeed later may; none if nothing may."""
    name = "Retry-After"
    headers = [headers_of(outcome) for outcome in outcomes if isinstance(outcome, Exception)]
    seconds = [int(each[name]) for each in headers if name in each]
    return {name: str(max(seconds))} if seconds else {}
