"""Who acts in a run: writers, consumers, a reader, an operator, and a release of yesterday."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import NexusError, NotFound, NotYetVisible, Parked, Unavailable
from chalicelib.kernel.snapshot import Snapshot
from chalicelib.kernel.stream import StreamId
from chalicelib.kernel.views import One
from chalicelib.services.command_handler import CommandRequest, CommandResult
from chalicelib.services.consistency import decode_token
from chalicelib.services.governance.provenance import Request
from chalicelib.services.queries import Question
from tests.simulation.process import DEVELOPER
from tests.simulation.scheduler import Crash, Violation
from tests.simulation.script import SEEN
from tests.simulation.weather import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.kernel.head import Head
    from tests.simulation.answers import Answer
    from tests.simulation.audit import Auditor
    from tests.simulation.cloud import Cloud
    from tests.simulation.process import Process
    from tests.simulation.queues import Queue
    from tests.simulation.script import Ask

SENDINGS: Final = 8
"""How often a client sends a command that was not answered."""
LIES: Final = (
    b"\x00 no state at all",
    b'{"orderId":"o-0","customerId":"c-9","totalAmount":1.00,"currency":"EUR","status":"paid"}',
)
"""States of yesterday's reducer, one of which today's could take for its own."""


@dataclass
class Writer:
    """A client that outlives its server: it sends a command until that is answered."""

    process: Process
    auditor: Auditor
    asks: Sequence[Ask]
    tokens: list[str]
    note: Callable[[str], None]

    def run(self) -> None:
        """Send all commands, one after the other."""
        seen: dict[StreamId, int] = {}
        chance = self.process.wire.weather.chance(f"{self.process.wire.who} thinks")
        for ask in self.asks:
            self.process.scheduler.sleep(chance.choice((0, 0, 0.3, 1)))
            stream = StreamId(DEVELOPER.tenant, "Order", ask.data["orderId"])
            if_match = seen.get(stream, 0) if ask.if_match == SEEN else ask.if_match
            assert not isinstance(if_match, str)
            for _ in range(1 + ask.again):
                answer = self._answer(ask, stream, if_match)
                if isinstance(answer, CommandResult):
                    seen[stream] = answer.version
                    self.tokens.append(answer.consistency_token)

    def _answer(self, ask: Ask, stream: StreamId, if_match: int | None) -> Answer:
        answer: Answer = Unavailable("not sent yet")
        for _ in range(SENDINGS):
            answer = self._send(ask, stream, if_match)
            if not isinstance(answer, Unavailable):
                break
            self.process.scheduler.sleep(0.1)
        return answer

    def _send(self, ask: Ask, stream: StreamId, if_match: int | None) -> Answer:
        system = self.process.system
        (kind,) = (each.kind for each in system.commands.commands if each.kind.__name__ == ask.name)
        command = system.shapes.parse(kind, ask.data)
        attempt = self.auditor.begin(ask, command, stream, if_match)
        self.note(f"sends {ask.key}: {ask.name} {stream.local} If-Match {if_match}")
        request = Request(DEVELOPER, correlation_id=ask.key)
        answer: Answer
        try:
            asked = CommandRequest(request, ask.key, ask.data, if_match)
            answer = system.commands.handle(ask.name, asked)
        except NexusError as error:
            answer = error
        except Crash:
            self.process.start()
            answer = Unavailable("the server has gone")
        self.note(f"is answered: {answer!r}")
        self.auditor.answered(attempt, answer)
        return answer


@dataclass
class Consumer:
    """An event-source mapping: hands batches to a handler, again until it has taken them."""

    process: Process
    queue: Queue
    handler: Callable[[Process], Callable[[Sequence[PackedCommit]], None]]
    over: Callable[[], bool]
    note: Callable[[str], None]

    def run(self) -> None:
        """Consume until the run is over."""
        while True:
            self.process.scheduler.pause(lambda: self.queue.ready or self.over())
            batch = self.queue.take()
            if not batch:
                return
            told = ", ".join(f"{each.stream.local}@{each.version}" for each in batch)
            self.note(f"takes {told}")
            try:
                self.handler(self.process)(batch)
            except Unavailable:
                self.queue.put_back(batch)
            except Crash:
                self.process.start()
                self.queue.put_back(batch)
            else:
                self.queue.done(batch)


@dataclass
class Reader:
    """Reads what writers have written: behind their token, it must be there."""

    process: Process
    auditor: Auditor
    tokens: Sequence[str]
    views: Sequence[One]
    times: int
    note: Callable[[str], None]

    def run(self) -> None:
        """Read now and then."""
        scheduler, chance = self.process.scheduler, self.process.wire.weather.chance("reader")
        for _ in range(self.times):
            scheduler.sleep(chance.uniform(0, 1))
            if self.tokens:
                try:
                    self._read(chance.choice(self.tokens), chance.choice(self.views))
                except (Unavailable, NotYetVisible, Parked, NotFound) as error:
                    self.note(f"reads nothing: {error}")
                except Crash:
                    self.process.start()

    def _read(self, token: str, view: One) -> None:
        (mark,) = decode_token(token)
        want = mark.want(view.projection.paths)
        asked = Question(DEVELOPER.tenant, [], {"id": mark.id}, (mark,), 0.1)
        try:
            document = self.process.system.queries.one(view, asked)
        except NotFound as error:
            if want:
                raise Violation(f"4: {view.route} does not show {mark}: {error}") from error
            raise
        self.note(f"reads {view.route} {mark.id}@{document.version}")
        if document.version < want:
            raise Violation(f"4: {view.route} shows {document}, older than {mark}")


@dataclass
class Operator:
    """Redrives what has stopped, also while everything goes on."""

    process: Process
    times: int
    note: Callable[[str], None]

    def run(self) -> None:
        """Look, choose, redrive, now and then."""
        chance = self.process.wire.weather.chance("operator")
        for _ in range(self.times):
            self.process.scheduler.sleep(chance.uniform(0, 1))
            try:
                letters = self.process.system.operations.letters.all()
                if letters:
                    letter = chance.choice(letters)
                    self.redrive(letter.consumer, letter.commit.stream)
            except (Unavailable, NotFound) as error:
                self.note(f"can't redrive: {error}")
            except Crash:
                self.process.start()

    def redrive(self, consumer: str, stream: StreamId) -> bool:
        """Redrive one stream of a consumer."""
        self.note(f"redrives {consumer} in {stream.local}")
        went_on = self.process.system.operations.redrive(consumer, stream)
        self.note(f"  and it {'goes on' if went_on else 'stops again'}")
        return went_on


@dataclass
class Yesterday:
    """A release of yesterday that still runs here and there, and takes snapshots of its own."""

    process: Process
    cloud: Cloud
    head: Callable[[StreamId], Head]
    times: int
    note: Callable[[str], None]

    def run(self) -> None:
        """Put a snapshot, now and then, whose state would be wrong for today's reducer."""
        weather = self.process.wire.weather
        chance = weather.chance("yesterday")
        for _ in range(self.times):
            self.process.scheduler.sleep(chance.uniform(0, 1.5))
            state, streams = chance.choice(LIES), sorted(self.cloud.log)
            if streams and weather.strikes(Kind.FOREIGN_SNAPSHOT, "yesterday"):
                stream = chance.choice(streams)
                snapshot = Snapshot(stream, self.head(stream), "0:yesterday", state)
                self.note(f"saves a snapshot of {stream.local}@{snapshot.version}")
                self.cloud.snapshots[stream][snapshot.version] = snapshot
