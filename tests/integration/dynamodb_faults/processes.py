"""Warm processes, each with a client and a memory of its own, and what their threads do."""

from __future__ import annotations

import itertools
import queue
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.aws.deadline import within
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
    from collections.abc import Iterable, Iterator
    from random import Random

    from chalicelib.wiring.container import WritePorts, WriteSide
    from tests.simulation.answers import Answer
    from tests.simulation.script import Ask

SENDINGS: Final = 60
"""How often a command is sent until it is settled; the usual takes one or two."""
PATIENCE: Final = (0.5, 0.55, 1.0, 6.0)
"""Seconds that a command gets: at 0.5 nothing is left for a second try of any request."""


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


@dataclass
class Writer:
    """A client that sends each of its commands until it is settled."""

    write: WriteSide
    book: Book
    chance: Random
    written: queue.SimpleQueue[StreamId | None]

    def run(self, asks: Iterable[Ask]) -> None:
        """Send all commands, one after the other."""
        seen: dict[StreamId, int] = {}
        for ask in asks:
            stream = StreamId(DEVELOPER.tenant, "Order", ask.data["orderId"])
            if_match = seen.get(stream, 0) if ask.if_match == SEEN else ask.if_match
            assert not isinstance(if_match, str)
            for _ in range(1 + ask.again):
                answer = self._settled(ask, stream, if_match)
                if isinstance(answer, CommandResult):
                    seen[stream] = answer.version
                    self.written.put(stream)

    def _settled(self, ask: Ask, stream: StreamId, if_match: int | None) -> Answer:
        for _ in range(SENDINGS):
            answer = self._sent(ask, stream, if_match)
            if not isinstance(answer, Unavailable):
                return answer
        raise Violation(f"unexpected: {ask} is not settled after {SENDINGS} sendings")

    def _sent(self, ask: Ask, stream: StreamId, if_match: int | None) -> Answer:
        commands = self.write.commands
        (kind,) = (each.kind for each in commands.commands if each.kind.__name__ == ask.name)
        command = self.write.shapes.parse(kind, ask.data)
        attempt = self.book.begin(ask, command, stream, if_match)
        asked = CommandRequest(Request(DEVELOPER, ask.key), ask.key, ask.data, if_match)
        answer: Answer
        try:
            with within(self.chance.choice(PATIENCE)):
                answer = commands.handle(ask.name, asked)
        except NexusError as error:
            answer = error
        self.book.answered(attempt, answer)
        return answer


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
