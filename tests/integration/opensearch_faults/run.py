"""One run: orders are written, read and rebuilt in bad weather; then it calms, and is judged."""

from __future__ import annotations

import random
import threading
import time
import traceback
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from tenacity import wait_random_exponential

from chalicelib.adapters.opensearch import connection
from chalicelib.domain.orders import orders
from chalicelib.kernel.errors import Unavailable
from tests.integration.opensearch_faults import traffic
from tests.integration.opensearch_faults.consumer import Consumer, commits_of, patiently
from tests.integration.opensearch_faults.judge import Judge
from tests.integration.opensearch_faults.stage import PROJECTIONS, Stage
from tests.simulation.plan import Report
from tests.simulation.scheduler import Violation
from tests.simulation.simulation import quiet
from tests.support.client import Client

if TYPE_CHECKING:
    from chalicelib.kernel.projection import Projection
    from tests.support.opensearch_node import Mortal

_LONGEST: Final = 4.0
"""Seconds of bad weather, at most, beside those in which the node starts again."""
_PAUSE: Final = wait_random_exponential(multiplier=0.005, max=0.05)


class FaultReport(Report):
    """What happened in one run."""

    @property
    def verdict(self) -> str:
        """What failed, and the line that runs it again; threads may need several times."""
        again = "-m tests.integration.opensearch_faults --times 20 --seed"
        return f"seed {self.seed}: {self.failure}\n  again: .venv/bin/python {again} {self.seed}"


@dataclass(frozen=True)
class World:
    """The node, which outlives a run."""

    node: Mortal

    def run(self, seed: int) -> FaultReport:
        """Make the run of a seed, behind a prefix and on a folder of its own."""
        with ExitStack() as stack:
            stack.enter_context(quiet())
            stack.enter_context(patch.object(connection, "PAUSE", _PAUSE))
            folder = Path(stack.enter_context(TemporaryDirectory()))
            return Run(seed, Stage(seed, self.node, folder, stack)).run()


class Run:
    """A seed at work."""

    def __init__(self, seed: int, stage: Stage) -> None:
        self.report = FaultReport(seed, [])
        self.chance = random.Random(f"{seed}/run")
        self.stage = stage
        self.ports, self.system = stage.embedded.ports, stage.embedded.system
        self.client = Client(stage.embedded)
        self.reader = traffic.Reader(self.client, self.ports.lineups, stage.book, [], [])
        self.consumer = Consumer(stage.born, stage.log, stage.weather, self.report.figures)

    def run(self) -> FaultReport:
        """Run it to its end, and judge it."""
        report = self.report
        try:
            self._storm()
            self.stage.calm()
            report.figures["streams parked"] = self._judged()
            self.stage.poison.doses.clear()
            self._redrive()
            if left := self._judged():
                report.failure = f"5: {left} streams are parked though all is mended"
        except Violation as violation:
            report.failure = str(violation)
        except Exception as error:  # noqa: BLE001 - no service may raise what its port does not say
            report.failure = f"unexpected: {error!r}"
            report.trace = traceback.format_exception(error)
        report.faults = self.stage.weather.counts
        report.figures.update(self._figures())
        return report

    def _storm(self) -> None:
        """Write, consume and read at the same time, until all that was written is consumed."""
        self.stage.poison.spread(self.stage.weather, PROJECTIONS, traffic.order_ids())
        written, over, failures = threading.Event(), threading.Event(), list[BaseException]()

        def beside(act: Any, *asked: Any) -> threading.Thread:
            def run() -> None:
                try:
                    act(*asked)
                except Exception as error:  # noqa: BLE001 - the run fails with it
                    failures.append(error)
                finally:
                    written.set()

            thread = threading.Thread(target=run)
            thread.start()
            return thread

        writing = beside(traffic.write, self.client, self.chance)
        reading = beside(self.reader.run, over)
        try:
            self._consume(written)
        finally:
            over.set()
            writing.join()
            reading.join()
        if failures:
            raise failures[0]

    def _consume(self, written: threading.Event) -> None:
        ends = time.monotonic() + _LONGEST
        while time.monotonic() < ends and not (written.is_set() and self.consumer.is_idle):
            try:
                self.consumer.step()
                self.reader.read()
            except Unavailable:
                began = time.monotonic()
                self._revive()
                ends += time.monotonic() - began

    def _revive(self) -> None:
        self.report.figures["tries that failed"] += 1
        if self.stage.node.start():
            self.report.figures["node started again"] += 1

    def _judged(self) -> int:
        """Settle everything, and judge it; return how many streams are parked."""
        patiently(self.consumer.open, self._revive)
        for rebuilder in self.consumer.rebuilders:
            self.consumer.drain(rebuilder)
        judge = Judge(self.system.codec, self.system.shapes, commits_of(self.stage.log))
        parked = sum(
            self._judged_index(judge, rebuilder.name, index)
            for rebuilder in self.consumer.rebuilders
            for index in rebuilder.lineup().fed
        )
        self.reader.read()
        judge.details(self.reader.details, _declared(PROJECTIONS[0]))
        judge.sums(self.reader.sums, traffic.ORDERS, traffic.PRICE)
        return parked

    def _judged_index(self, judge: Judge, projection: str, index: str) -> int:
        read_models, ports = self.stage.read_models, self.ports
        read_models.settle(index)
        found = read_models.page(index, None, 10_000)
        self.report.figures["indexes compared"] += 1
        where = (ports.positions, ports.dead_letters)
        return judge.index(index, _declared(projection), found, *where)

    def _redrive(self) -> None:
        """Have all streams go on, and fill one more index of each projection."""
        for rebuilder in self.consumer.rebuilders:
            for index in rebuilder.lineup().fed:
                for each in self.ports.positions.parked(index):
                    rebuilder.feeder.redrive(index, each.stream)
            rebuilder.start()

    def _figures(self) -> Counter[str]:
        read = self.reader
        return Counter(
            {
                "commits": len(commits_of(self.stage.log)),
                "requests": self.stage.proxy.requests,
                "reads": len(read.details) + len(read.sums),
                "reads refused": read.refused,
            }
        )


def _declared(projection: str) -> Projection[Any]:
    """Return a projection that takes everything."""
    return next(each for each in orders.projections if each.name == projection)
