"""Writers side by side: on one hot stream, and on many, by what each commit then takes."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.decider import Decider
from chalicelib.kernel.errors import VersionConflict
from chalicelib.services.command_handler import CommandHandler, CommandRequest
from chalicelib.services.governance.provenance import Request
from chalicelib.services.recent_streams import RecentStreams
from chalicelib.wiring.container import now
from tests.bench.peers.nexus import AddLines, Store, event_of, evolve
from tests.bench.peers.serving import serve
from tests.bench.texts import Texts
from tests.support.client import DEVELOPER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.kernel.messages import Command, Event

WRITERS: Final = (1, 8, 32)
STREAMS: Final = {"one": 1, "many": 64}
COMMITS: Final = 320
"""In a run, by all writers together."""
SIZE: Final = 300
SENT: Final = Request(DEVELOPER, "c-1")


@dataclass(frozen=True, slots=True)
class Run:
    """What a run took; ``again`` counts commands that were sent again after a lost race."""

    writers: int
    streams: str
    seconds: float
    requests: int
    write_units: float
    read_units: float
    again: int


class Swept(Store):
    """The store with commands that are always accepted, one event each."""

    def __init__(self) -> None:
        super().__init__()
        self._texts = Texts()

    def sweep(self) -> list[dict[str, Any]]:
        """Return the runs, each with streams of its own, in one process."""
        return [
            {name: getattr(run, name) for name in Run.__dataclass_fields__}
            for streams, number in STREAMS.items()
            for run in (self._run(writers, streams, number) for writers in WRITERS)
        ]

    def _run(self, writers: int, streams: str, number: int) -> Run:
        handler, name = self._handler(), uuid.uuid4().hex
        self.dynamo.meter.drain()
        began = time.perf_counter()

        def write(writer: int) -> int:
            return sum(
                self._send(handler, f"{name}-{one % number}")
                for one in range(writer, COMMITS, writers)
            )

        with ThreadPoolExecutor(writers) as threads:
            again = sum(threads.map(write, range(writers)))
        seconds = time.perf_counter() - began
        spent = list(self.dynamo.meter.drain().values())
        return Run(
            writers,
            streams,
            seconds,
            sum(each.requests for each in spent),
            sum(each.write_units for each in spent),
            sum(each.read_units for each in spent),
            again,
        )

    def _handler(self) -> CommandHandler:
        """Return a handler of a process that has just started."""

        def decide(command: Command, state: Any) -> Sequence[Event]:
            (event,) = self._texts.events(1, SIZE)
            return [event_of(**event)]

        aggregate = replace(self.loader.aggregate, decider=Decider(None, evolve, decide))
        loader, writer = self.loader_of(aggregate), self.writer(now=now)
        return CommandHandler("bench", AddLines, loader, writer, self.shapes, RecentStreams())

    def _send(self, handler: CommandHandler, stream: str) -> int:
        """Send a command until it is accepted, and return how often it was sent again."""
        asked = CommandRequest(SENT, uuid.uuid4().hex, {"name": stream})
        again = 0
        while True:
            try:
                handler.handle(asked)
            except VersionConflict:
                again += 1
            else:
                return again


if __name__ == "__main__":
    serve(Swept())
