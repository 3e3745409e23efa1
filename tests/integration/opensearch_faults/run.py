"""One run: orders are written, read and rebuilt in bad weather; then it calms, and is judged."""

from __future__ import annotations

import random
import threading
import time
import traceback
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from tenacity import wait_random_exponential

from chalicelib.adapters.opensearch import connection
from chalicelib.adapters.opensearch.cluster import Cluster
from chalicelib.adapters.opensearch.connection import Connection
from chalicelib.adapters.opensearch.layout import Layout
from chalicelib.adapters.opensearch.lineups import AliasedLineups
from chalicelib.adapters.opensearch.read_models import OpenSearchReadModels
from chalicelib.domain.orders import orders
from chalicelib.kernel.errors import Unavailable
from chalicelib.services.places import Places
from chalicelib.services.rebuilds import Rebuilder
from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.settings import Settings
from tests.integration.opensearch_faults import traffic
from tests.integration.opensearch_faults.consumer import Consumer, commits_of, patiently
from tests.integration.opensearch_faults.judge import Judge
from tests.integration.opensearch_faults.poison import Poison
from tests.integration.opensearch_faults.ports import Book, MortalPositions, MortalReadModels
from tests.integration.opensearch_faults.proxy import Proxy
from tests.integration.opensearch_faults.weather import RATES
from tests.simulation.plan import Report
from tests.simulation.poison import Policies
from tests.simulation.scheduler import Violation
from tests.simulation.simulation import quiet
from tests.simulation.weather import Weather
from tests.support.client import Client
from tests.support.opensearch_indexes import drop_all

if TYPE_CHECKING:
    from chalicelib.wiring.mappings import EmbeddedPorts
    from tests.support.opensearch_node import Mortal

PROJECTIONS: Final = ("order-details", "sales")
_REFRESHES: Final = (0.01, 0.02, 0.05)
"""Seconds."""
_BUDGET: Final = 0.6
"""Seconds of a process's calls with their retries."""
_LONGEST: Final = 8.0
"""Seconds of bad weather, at most."""
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
            return Run(seed, self.node, folder, stack).run()


class Run:
    """A seed at work."""

    def __init__(self, seed: int, node: Mortal, folder: Path, stack: ExitStack) -> None:
        self.report = FaultReport(seed, [])
        self.chance = random.Random(f"{seed}/run")
        self.weather = Weather(seed, rates=RATES)
        self.node, self.book, self.poison = node, Book(), Poison()
        self.layout = Layout(
            f"chaos-{seed}-{time.monotonic_ns()}-",
            replicas=0,
            refresh=self.chance.choice(_REFRESHES),
        )
        self.calm = Connection(Cluster(node.url))
        self.read_models = MortalReadModels(self._of(self.calm), self.weather)
        settings, context = Settings(data=folder), self.poison.into(orders)
        embedded = Embedded.assemble(settings, (context,), self._adapted)
        self.embedded = stack.enter_context(embedded)
        stack.callback(self._clear)
        self.proxy = Proxy(node, self.weather)
        stack.enter_context(self.proxy.running())
        self.client = Client(self.embedded)
        self.reader = traffic.Reader(self.client, self.embedded.ports.lineups, self.book, [], [])
        self.log: Any = self.embedded.ports.events
        self.consumer = Consumer(self._born, self.log, self.weather, self.report.figures)

    def run(self) -> FaultReport:
        """Run it to its end, and judge it."""
        report = self.report
        try:
            self._storm()
            self.proxy.calm()
            self.node.start()
            self.read_models.present = self._of(self.calm)
            parked = self._judged()
            self.poison.doses.clear()
            self._redrive()
            left = self._judged()
            report.failure = f"5: {left} streams are parked though all is mended" if left else None
            report.figures.update({"streams parked": parked})
        except Violation as violation:
            report.failure = str(violation)
        except Exception as error:  # noqa: BLE001 - no service may raise what its port does not say
            report.failure = f"unexpected: {error!r}"
            report.trace = traceback.format_exception(error)
        report.faults = self.weather.counts
        report.figures.update(self._figures())
        return report

    def _storm(self) -> None:
        """Write, consume and read at the same time, until all that was written is consumed."""
        self.poison.spread(self.weather, PROJECTIONS, traffic.order_ids())
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
                self._revive()

    def _revive(self) -> None:
        self.report.figures["tries that failed"] += 1
        if self.node.start():
            self.report.figures["node started again"] += 1

    def _judged(self) -> int:
        """Settle everything, and judge it; return how many streams are parked."""
        patiently(self.consumer.open, self._revive)
        for rebuilder in self.consumer.rebuilders:
            self.consumer.drain(rebuilder)
        system, ports = self.embedded.system, self.embedded.ports
        judge = Judge(system.codec, system.shapes, commits_of(self.log))
        parked = 0
        for rebuilder in self.consumer.rebuilders:
            for index in rebuilder.lineup().fed:
                self.read_models.settle(index)
                found = self.read_models.page(index, None, 10_000)
                where = (ports.positions, ports.dead_letters)
                parked += judge.index(index, rebuilder.projection, found, *where)
                self.report.figures["indexes compared"] += 1
        self.reader.read()
        details = next(each for each in orders.projections if each.name == PROJECTIONS[0])
        judge.details(self.reader.details, details)
        judge.sums(self.reader.sums, traffic.ORDERS, traffic.PRICE)
        return parked

    def _redrive(self) -> None:
        """Have all streams go on, and fill one more index of each projection."""
        positions = self.embedded.ports.positions
        for rebuilder in self.consumer.rebuilders:
            for index in rebuilder.lineup().fed:
                for each in positions.parked(index):
                    rebuilder.redrive(index, each.stream)
            rebuilder.start()

    def _adapted(self, ports: EmbeddedPorts) -> EmbeddedPorts:
        return replace(
            ports,
            read_models=self.read_models,
            positions=MortalPositions(ports.positions, self.book, self.weather),
            lineups=AliasedLineups(ports.lineups, self._point),
            policies=Policies(_nothing),
        )

    def _born(self, consumer: Consumer) -> list[Rebuilder]:
        """Return what a new process has: connections through the proxy, nothing in memory."""
        if not self.weather.calm:
            through = Connection(Cluster(self.proxy.url), budget=_BUDGET, patience=_BUDGET)
            self.read_models.present = self._of(through)
        ports, system = self.embedded.ports, self.embedded.system
        places = Places(ports.read_models, ports.positions, ports.dead_letters)
        return [
            Rebuilder(
                (handler, *system.superseded[handler.projection.name]),
                places,
                ports.lineups,
                router="router",
                recorded=lambda: consumer.published,
                now=ports.now,
            )
            for handler in system.projections
            if handler.projection.name in PROJECTIONS
        ]

    def _of(self, through: Connection) -> OpenSearchReadModels:
        return OpenSearchReadModels(through, self.layout)

    def _point(self, alias: str, index: str) -> None:
        self.read_models.point(alias, index)

    def _clear(self) -> None:
        self.node.start()
        with suppress(Unavailable):
            drop_all(self.calm, self.layout)

    def _figures(self) -> Counter[str]:
        read = self.reader
        return Counter(
            {
                "commits": len(commits_of(self.log)),
                "requests": self.proxy.requests,
                "reads": len(read.details) + len(read.sums),
                "reads refused": read.refused,
            }
        )


def _nothing(*_: object) -> bool:
    return False
