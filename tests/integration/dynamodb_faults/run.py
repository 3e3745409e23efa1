"""One run: sixteen threads of four processes write in bad weather; then it calms, and is judged."""

from __future__ import annotations

import queue
import random
import threading
import traceback
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from chalicelib.adapters.aws import clients, retries
from chalicelib.adapters.aws.capacity import Cost
from chalicelib.adapters.aws.dynamodb.calls import Dynamo, Purpose
from chalicelib.adapters.aws.dynamodb.commits import commit_of
from chalicelib.adapters.aws.dynamodb.event_store import DynamoEventStore
from chalicelib.adapters.aws.dynamodb.tables import EVENT_STORE
from chalicelib.domain.orders import orders
from chalicelib.services.side_by_side import SideBySide
from chalicelib.wiring.container import WritePorts, write_side
from tests.integration.dynamodb_faults import crowd
from tests.integration.dynamodb_faults.judge import Judge
from tests.integration.dynamodb_faults.processes import (
    Book,
    MemorySnapshots,
    Writer,
    skewed,
    take_snapshots,
)
from tests.integration.dynamodb_faults.weather import RATES
from tests.integration.dynamodb_faults.wire import Wire
from tests.simulation.plan import Report
from tests.simulation.poison import Policies
from tests.simulation.process import registry
from tests.simulation.scheduler import Violation
from tests.simulation.simulation import quiet
from tests.simulation.weather import Weather
from tests.support.dynamodb_tables import a_table

if TYPE_CHECKING:
    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.kernel.stream import StreamId
    from chalicelib.wiring.container import WriteSide
    from tests.simulation.script import Ask
    from tests.support.dynamodb_local import DynamoDBLocal

PROCESSES: Final = 4
SKEWS: Final = (-2.0, 0.0, 0.0, 0.5)
"""Seconds by which the processes' clocks are wrong."""
INTERVALS: Final = (1, 2, 2, 3)
"""Commits from one snapshot to the next."""


class FaultReport(Report):
    """What happened in one run."""

    @property
    def verdict(self) -> str:
        """What failed, and the line that runs it again; threads may need several times."""
        again = "-m tests.integration.dynamodb_faults --times 20 --seed"
        return f"seed {self.seed}: {self.failure}\n  again: .venv/bin/python {again} {self.seed}"


@dataclass(frozen=True)
class World:
    """DynamoDB Local and the clients of all processes, which outlive a run."""

    local: DynamoDBLocal
    clients: list[Any] = field(init=False)

    def __post_init__(self) -> None:
        made = [self.local.client(config=clients.CONFIG) for _ in range(PROCESSES + 1)]
        object.__setattr__(self, "clients", made)

    def run(self, seed: int, scenes: int = crowd.SCENES) -> FaultReport:
        """Make the run of a seed, or its first scenes, on a table of its own."""
        with ExitStack() as stack:
            stack.enter_context(quiet())
            stack.enter_context(patch.object(retries, "FIRST_PAUSE", 0.001))
            stack.enter_context(patch.object(retries, "LONGEST_PAUSE", 0.004))
            table = stack.enter_context(a_table(self.local, EVENT_STORE))
            return Run(seed, table, self.clients, stack).run(scenes)


class Run:
    """A seed on a table."""

    def __init__(self, seed: int, table: str, sockets: list[Any], stack: ExitStack) -> None:
        self.seed = seed
        self.chance = random.Random(f"{seed}/run")
        self.weather = Weather(seed, rates=RATES)
        self.wire = Wire(self.weather)
        self.book = Book()
        self.snapshots = MemorySnapshots(self.weather)
        self.written: queue.SimpleQueue[StreamId | None] = queue.SimpleQueue()
        self.table = table
        self.interval = self.chance.choice(INTERVALS)
        *mine, calm = (Dynamo(client=partial(_itself, client)) for client in sockets)
        for client in sockets[:-1]:
            stack.enter_context(self.wire.between(client))
        self.processes = [self._process(number, mine[number], stack) for number in range(PROCESSES)]
        self.dynamos, self.calm = mine, calm

    def run(self, scenes: int) -> FaultReport:
        """Run it to its end, and judge it."""
        parts = crowd.parts(self.seed, scenes)
        report = FaultReport(self.seed, [ask.number for part in parts for ask in part])
        log: list[PackedCommit] = []
        try:
            ended = self._write(parts)
            self.wire.calm()
            log = self._log()
            judge = Judge(write_side(self._ports(self.calm), (orders,), snapshot_interval=2))
            kept = [each for of in self.snapshots.kept.values() for each in of.values()]
            judge.judge(self.book.attempts, log, kept)
            for future in ended:
                future.result()
        except Violation as violation:
            report.failure = str(violation)
        except Exception as error:  # noqa: BLE001 - no service may raise what its port does not say
            report.failure = f"unexpected: {error!r}"
            report.trace = traceback.format_exception(error)
        report.faults = self.weather.counts
        report.figures.update(self._figures(report, log))
        return report

    def _write(self, parts: list[list[Ask]]) -> list[Future[None]]:
        """Let all writers send all that they have, and a process beside take snapshots."""
        process = self.processes[0]
        events = DynamoEventStore(self.dynamos[0], self.table)
        job = (process, events, self.snapshots, self.written)
        with ThreadPoolExecutor(1, "snapshots") as beside:
            taking = beside.submit(take_snapshots, *job)
            with ThreadPoolExecutor(len(parts), "writer") as threads:
                running = [threads.submit(self._writer, n, part) for n, part in enumerate(parts)]
            self.written.put(None)
        return [*running, taking]

    def _writer(self, number: int, part: list[Ask]) -> None:
        threading.current_thread().name = f"writer-{number}"
        chance = random.Random(f"{self.seed}/patience/{number}")
        Writer(self.processes[number % PROCESSES], self.book, chance, self.written).run(part)

    def _process(self, number: int, dynamo: Dynamo, stack: ExitStack) -> WriteSide:
        """Return a warm process; every other one reads snapshot and tail side by side."""
        reads = SideBySide()
        if number % 2:
            name = f"reads-{number}"
            reads = SideBySide(stack.enter_context(ThreadPoolExecutor(4, name)))
        ports = self._ports(dynamo, reads, SKEWS[number])
        return write_side(ports, (orders,), snapshot_interval=self.interval)

    def _ports(
        self, dynamo: Dynamo, reads: SideBySide | None = None, skew: float = 0
    ) -> WritePorts:
        return WritePorts(
            events=DynamoEventStore(dynamo, self.table),
            snapshots=self.snapshots,
            registry=registry(),
            policies=Policies(_nothing),
            now=partial(skewed, skew),
            reads=reads or SideBySide(),
        )

    def _log(self) -> list[PackedCommit]:
        """Return all that the table holds, read strongly."""
        scan = {"TableName": self.table, "ConsistentRead": True}
        pages = self.calm.pages(Purpose("scan", "Order"), "scan", **scan)
        return [commit_of(item) for page in pages for item in page]

    def _figures(self, report: FaultReport, log: list[PackedCommit]) -> dict[str, int]:
        settled = ("settle append", "Order")
        spent = [dynamo.meter.totals().get(settled, Cost()) for dynamo in self.dynamos]
        return {
            "commands": len(report.asks),
            "sendings": len(self.book.attempts),
            "requests": self.wire.requests,
            "commits": len(log),
            "inserts settled by a read": sum(cost.requests for cost in spent),
            "snapshots": sum(map(len, self.snapshots.kept.values())),
        }


def _itself(client: Any) -> Any:
    return client


def _nothing(*_: object) -> bool:
    return False
