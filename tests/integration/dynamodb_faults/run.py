"""One run: sixteen threads of four processes write in bad weather; then it calms, and is judged."""

from __future__ import annotations

import queue
import random
import threading
import traceback
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from chalicelib.adapters.aws import clients, retries
from chalicelib.adapters.aws.capacity import Cost
from chalicelib.adapters.aws.dynamodb.calls import Dynamo, Purpose
from chalicelib.adapters.aws.dynamodb.commits import commit_of
from chalicelib.adapters.aws.dynamodb.snapshots import _snapshot_of
from chalicelib.adapters.aws.dynamodb.tables import EVENT_STORE, SNAPSHOTS
from chalicelib.domain.orders import orders
from chalicelib.kernel.stream import StreamId
from chalicelib.services.side_by_side import IN_TURN, SideBySide
from chalicelib.wiring.aws import write_ports
from chalicelib.wiring.container import write_side
from tests.integration.dynamodb_faults import crowd
from tests.integration.dynamodb_faults.judge import Judge
from tests.integration.dynamodb_faults.processes import (
    Book,
    Writer,
    skewed,
    take_snapshots,
)
from tests.integration.dynamodb_faults.weather import RATES
from tests.integration.dynamodb_faults.wire import Wire
from tests.simulation.plan import Report
from tests.simulation.poison import Policies
from tests.simulation.scheduler import Violation
from tests.simulation.simulation import quiet
from tests.simulation.weather import Weather
from tests.support.dynamodb_tables import tables

if TYPE_CHECKING:
    from chalicelib.adapters.aws.dynamodb.calls import Item
    from chalicelib.adapters.aws.dynamodb.tables import Table
    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.kernel.snapshot import Snapshot
    from chalicelib.wiring.container import WritePorts, WriteSide
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
            prefix = stack.enter_context(tables(self.local, EVENT_STORE, SNAPSHOTS))
            return Run(seed, prefix, self.clients, stack).run(scenes)


class Run:
    """A seed on tables of its own."""

    def __init__(self, seed: int, prefix: str, sockets: list[Any], stack: ExitStack) -> None:
        self.seed = seed
        self.chance = random.Random(f"{seed}/run")
        self.weather = Weather(seed, rates=RATES)
        self.wire = Wire(self.weather)
        self.book = Book()
        self.written: queue.SimpleQueue[StreamId | None] = queue.SimpleQueue()
        self.prefix = prefix
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
        snapshots: list[Snapshot] = []
        try:
            ended = self._write(parts)
            self.wire.calm()
            log = [commit_of(item) for item in self._items(EVENT_STORE)]
            snapshots = [_snapshot(item) for item in self._items(SNAPSHOTS)]
            judge = Judge(write_side(self._ports(self.calm), (orders,), snapshot_interval=2))
            judge.judge(self.book.attempts, log, snapshots)
            for future in ended:
                future.result()
        except Violation as violation:
            report.failure = str(violation)
        except Exception as error:  # noqa: BLE001 - no service may raise what its port does not say
            report.failure = f"unexpected: {error!r}"
            report.trace = traceback.format_exception(error)
        report.faults = self.weather.counts
        report.figures.update(self._figures(report, log, snapshots))
        return report

    def _write(self, parts: list[list[Ask]]) -> list[Future[None]]:
        """Let all writers send all that they have, and a process beside take snapshots."""
        job = (self.processes[0], self._ports(self.dynamos[0]), self.written)
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
        """Return a warm process; every other one reads, and carries out batches, side by side."""
        reads = streams = IN_TURN
        if number % 2:
            reads, streams = (
                SideBySide(stack.enter_context(ThreadPoolExecutor(4, f"{name}-{number}")))
                for name in ("reads", "streams")
            )
        now = partial(skewed, SKEWS[number])
        ports = replace(self._ports(dynamo), reads=reads, streams=streams, now=now)
        return write_side(ports, (orders,), snapshot_interval=self.interval)

    def _ports(self, dynamo: Dynamo) -> WritePorts:
        return replace(write_ports(self.prefix, dynamo), policies=Policies(_nothing), reads=IN_TURN)

    def _items(self, table: Table) -> list[Item]:
        """Return all that a table holds, read strongly."""
        scan = {"TableName": self.prefix + table.name, "ConsistentRead": True}
        pages = self.calm.pages(Purpose("scan", "Order"), "scan", **scan)
        return [item for page in pages for item in page]

    def _figures(
        self, report: FaultReport, log: list[PackedCommit], snapshots: list[Snapshot]
    ) -> dict[str, int]:
        settled = ("settle append", "Order")
        spent = [dynamo.meter.totals().get(settled, Cost()) for dynamo in self.dynamos]
        return {
            "commands": len(report.asks),
            "sendings": len(self.book.attempts),
            "requests": self.wire.requests,
            "commits": len(log),
            "inserts settled by a read": sum(cost.requests for cost in spent),
            "snapshots": len(snapshots),
        }


def _itself(client: Any) -> Any:
    return client


def _snapshot(item: Item) -> Snapshot:
    return _snapshot_of(StreamId.parse(item["stream"]["S"]), item)


def _nothing(*_: object) -> bool:
    return False
