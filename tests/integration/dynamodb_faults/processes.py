"""Warm processes, each with a client and a memory of its own, and what their threads do."""

from __future__ import annotations

import itertools
import queue
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from chalicelib.adapters.deadline import within
from chalicelib.kernel.errors import NexusError, Unavailable
from chalicelib.kernel.stream import StreamId
from chalicelib.services.command_handler import CommandRequest, CommandResult
from chalicelib.services.governance.provenance import Request
from chalicelib.services.snapshot_manager import SnapshotManager
from tests.simulation.audit import Attempt
from tests.simulation.process import DEVELOPER
from tests.simulation.scheduler import Violation
from tests.simulation.script import SEEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from random import Random

    from chalicelib.wiring.container import WritePorts, WriteSide
    from tests.simulation.answers import Answer
    from tests.simulation.script import Ask

SENDINGS: Final = 60
"""How often a command is sent until it is settled; the usual takes one or two."""
BATCHES: Final = (1, 1, 1, 3, 8)
"""Commands that a writer sends at once."""
PATIENCE: Final = (0.5, 0.55, 1.0, 6.0)
"""Seconds that a request gets: at 0.5 nothing is left for a second try of any request."""


@dataclass
class Book:
    """What was sent and answered, in the order in which it happened; many threads write it."""

    attempts: list[Attempt] = field(default_factory=list)
    _moments: Iterator[int] = field(default_factory=itertools.count)

    def begin(self, ask: Ask, command: Any, stream: StreamId, if_match: int | None) -> Attempt:
        """Take down that a command is about to be sent."""
        attempt = Attempt(ask, command, stream, if_match, 0, next(self._moments))
        self.attempts.append(attempt)
        return attempt

    def answered(self, attempt: Attempt, answer: Answer) -> None:
        """Take down what came back."""
        attempt.answer, attempt.last_step = answer, next(self._moments)


class Sending(NamedTuple):
    """A command as it is sent, however often: with the version that it expects, if any."""

    ask: Ask
    stream: StreamId
    if_match: int | None

    @property
    def request(self) -> tuple[str, CommandRequest]:
        """What the service is given."""
        ask = self.ask
        request = Request(DEVELOPER, ask.key)
        return ask.name, CommandRequest(request, ask.key, ask.data, self.if_match)


@dataclass
class Writer:
    """A client that sends its commands, one by one or many at once, until each is settled."""

    write: WriteSide
    book: Book
    chance: Random
    written: queue.SimpleQueue[StreamId | None]

    def run(self, asks: Sequence[Ask]) -> None:
        """Send all commands, in their order."""
        seen: dict[StreamId, int] = {}
        while asks:
            size = self.chance.choice(BATCHES)
            batch, asks = asks[:size], asks[size:]
            for number in range(1 + max(ask.again for ask in batch)):
                repeated = [_sending(ask, seen) for ask in batch if ask.again >= number]
                for stream, answer in self._settled(repeated):
                    if isinstance(answer, CommandResult):
                        seen[stream] = answer.version
                        self.written.put(stream)

    def _settled(self, sendings: Sequence[Sending]) -> Iterator[tuple[StreamId, Answer]]:
        for _ in range(SENDINGS):
            answers = list(zip(sendings, self._sent(sendings), strict=True))
            yield from ((s.stream, a) for s, a in answers if not isinstance(a, Unavailable))
            sendings = [s for s, a in answers if isinstance(a, Unavailable)]
            if not sendings:
                return
        raise Violation(f"unexpected: {sendings[0].ask} is not settled after {SENDINGS} sendings")

    def _sent(self, sendings: Sequence[Sending]) -> list[Answer]:
        attempts = [self.book.begin(s.ask, self._command(s.ask), *s[1:]) for s in sendings]
        with within(self.chance.choice(PATIENCE)):
            answers = self._answers([s.request for s in sendings])
        for attempt, answer in zip(attempts, answers, strict=True):
            self.book.answered(attempt, answer)
        return answers

    def _answers(self, requests: Sequence[tuple[str, CommandRequest]]) -> list[Answer]:
        if len(requests) > 1:
            outcomes = self.write.commands.handle_all(requests)
            answers = [each for each in outcomes if isinstance(each, CommandResult | NexusError)]
            assert len(answers) == len(requests), outcomes
            return answers
        try:
            return [self.write.commands.handle(*requests[0])]
        except NexusError as error:
            return [error]

    def _command(self, ask: Ask) -> Any:
        (kind,) = (
            each.kind for each in self.write.commands.commands if each.kind.__name__ == ask.name
        )
        return self.write.shapes.parse(kind, ask.data)


def _sending(ask: Ask, seen: Mapping[StreamId, int]) -> Sending:
    """Return a command as it is sent now."""
    stream = StreamId(DEVELOPER.tenant, "Order", ask.data["orderId"])
    if_match = seen.get(stream, 0) if ask.if_match == SEEN else ask.if_match
    assert not isinstance(if_match, str)
    return Sending(ask, stream, if_match)


def take_snapshots(
    write: WriteSide, ports: WritePorts, written: queue.SimpleQueue[StreamId | None]
) -> None:
    """Snapshot each stream that was written, until the queue says None."""
    manager = SnapshotManager(ports.snapshots, write.loaders)
    while (stream := written.get()) is not None:
        try:
            with within(1.0):
                manager.handle(list(ports.events.read(stream, strong=True))[-1:])
        except Unavailable:
            continue  # a snapshot is a cache: the next commit takes one


def skewed(seconds: float) -> datetime:
    """Return the time by a clock that is wrong by so many seconds."""
    return datetime.now(UTC) + timedelta(seconds=seconds)
