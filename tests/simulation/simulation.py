"""One run: everybody acts in bad weather, then it calms, then what was poisoned is mended."""

from __future__ import annotations

import logging
import random
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeAlias

from chalicelib.adapters.rego.engine import RegoPolicyEngine
from chalicelib.domain.orders import orders
from chalicelib.domain.orders.order import order
from chalicelib.kernel.head import Head, follow
from chalicelib.kernel.views import One
from chalicelib.services.event_router import Topic
from chalicelib.wiring.container import ROUTER
from chalicelib.wiring.resources import resource
from tests.simulation.actors import Consumer, Operator, Reader, Writer, Yesterday
from tests.simulation.audit import Auditor
from tests.simulation.checks import STATUS, TOPIC_OF, Checks
from tests.simulation.cloud import Cloud
from tests.simulation.plan import Plan, Report
from tests.simulation.poison import Poison, Policies
from tests.simulation.process import Process
from tests.simulation.queues import Queue
from tests.simulation.scheduler import Scheduler, Violation
from tests.simulation.script import script
from tests.simulation.weather import CRASHES, Weather
from tests.simulation.wire import CalmWire, Network, Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.kernel.stream import StreamId

    Handler: TypeAlias = Callable[[Process], Callable[[Sequence[PackedCommit]], None]]

REAL_POLICIES_EVERY: Final = 125
"""Seeds, one of which decides by the real policies."""
FLIPS: Final = 20


class Simulation:
    """The world of one plan."""

    def __init__(self, plan: Plan, *, trace: bool = False) -> None:
        self.plan = plan
        self.script = script(plan.seed, plan.asks)
        self.scheduler = Scheduler(plan.seed)
        self.weather = Weather(plan.seed, plan.faults)
        self.network = Network(self.scheduler, self.weather, self.note)
        self.auditor = Auditor(order, orders.name, lambda: self.scheduler.step)
        self.cloud = Cloud(self.auditor.landed)
        self.poison = Poison(self.scheduler, self.weather)
        self.context = self.poison.into(orders)
        self.trace: list[str] | None = [] if trace else None
        engine = None
        if plan.seed % REAL_POLICIES_EVERY == 0:
            engine = RegoPolicyEngine(resource("policies/rego"))
        self.policies = Policies(lambda *what: self.poison.works(ROUTER, *what), engine)
        self._busy = 0

    def run(self) -> Report:
        """Run it to its end."""
        report = Report(self.plan.seed, [ask.number for ask in self.script.asks])
        with quiet(), seeded(self.plan.seed):
            try:
                self._bad_weather()
                self._mended()
            except Violation as violation:
                report.failure = str(violation)
            except Exception as error:  # noqa: BLE001 - no service may raise what its port does not say
                report.failure = f"unexpected: {error!r}"
                self.note("".join(traceback.format_exception(error)))
        self._count(report)
        return report

    def note(self, what: str) -> None:
        """Write a line of the trace."""
        if self.trace is not None:
            scheduler = self.scheduler
            self.trace.append(f"{scheduler.step:6} {scheduler.now:8.3f}s {scheduler.who:28} {what}")

    def _bad_weather(self) -> None:
        auditing = self._process("auditor", CalmWire(self.network))
        self.auditor.codec = auditing.system.codec
        consumers = [ROUTER, *(each.index for each in orders.projections)]
        self.poison.spread(consumers, self.script.orders, list(STATUS)[:3])
        self._consumers()
        tokens: list[str] = []
        for name in self.script.writers:
            asks = [ask for ask in self.script.asks if ask.writer == name]
            writer = Writer(self._process(name), self.auditor, asks, tokens, self.note)
            self._add(name, writer.run)
        views = [view for view in orders.views if isinstance(view, One)]
        reader = Reader(self._process("reader"), self.auditor, tokens, views, 6, self.note)
        operator = Operator(self._process("operator"), 8, self.note)
        yesterday = Yesterday(self._process("yesterday"), self.cloud, self._head, 4, self.note)
        self._add("reader", reader.run)
        self._add("operator", operator.run)
        self._add("yesterday", yesterday.run)
        self.scheduler.add("weather", self._calm)
        self.scheduler.run()
        self.checks = Checks(self.cloud, self.auditor, auditing, orders)
        self.checks.log()
        self.checks.accounts()
        self.checks.read_models()

    def _mended(self) -> None:
        self.note("all is at rest; what was poisoned is mended and redriven")
        self.poison.mend()
        self._consumers()
        operator = Operator(self._process("operator"), 1, self.note)
        self._add("operator", lambda: self._redrive_all(operator))
        self.scheduler.run()
        self.checks.rest()
        self.checks.read_models()
        self.checks.totals()
        self.checks.snapshots()
        self.checks.chains(random.Random(f"{self.plan.seed}/flips"), FLIPS)

    def _redrive_all(self, operator: Operator) -> None:
        marked = {key for key, at in self.cloud.positions.items() if at.parked is not None}
        for consumer, stream in sorted(marked | set(self.cloud.letters)):
            if not operator.redrive(consumer, stream):
                raise Violation(f"5: {consumer} stops again in {stream}, though it was mended")

    def _calm(self) -> None:
        """End the storm some time after the last writer is done."""
        self.scheduler.pause(lambda: not self._busy)
        self.scheduler.sleep(self.weather.chance("weather").choice((0.0, 0.5, 2.0)))
        self.weather.calm = True
        self.note("the weather calms")

    def _at_rest(self) -> bool:
        return (
            self.weather.calm
            and not self._busy
            and self.network.empty
            and all(queue.empty for queue in self.cloud.queues)
        )

    def _consumers(self) -> None:
        """Let all consumers take part in the next run; the queues stay."""
        self.scheduler.add("network", lambda: self.network.run(self._at_rest))
        if self.cloud.changes is None:
            self.cloud.changes = self._queue(ROUTER)
        self._consume(self.cloud.changes, lambda process: process.system.router.handle)
        topic = Topic.SNAPSHOTS_DUE
        self._subscribe(topic, topic.value, lambda process: process.system.snapshots.handle)
        for number, projection in enumerate(orders.projections):
            for path in sorted(projection.paths):
                self._subscribe(TOPIC_OF[path], f"{projection.index}/{path}", projector(number))

    def _subscribe(self, topic: Topic, name: str, handler: Handler) -> None:
        queues = self.cloud.subscriptions[topic]
        queue = next((queue for queue in queues if queue.name == name), None)
        if queue is None:
            queues.append(queue := self._queue(name))
        self._consume(queue, handler)

    def _consume(self, queue: Queue, handler: Handler) -> None:
        process = self._process(queue.name)
        consumer = Consumer(process, queue, handler, self._at_rest, self.note)
        self.scheduler.add(queue.name, consumer.run)

    def _queue(self, name: str) -> Queue:
        return Queue(name, self.scheduler, self.weather)

    def _add(self, name: str, body: Callable[[], None]) -> None:
        """Add an actor that the others wait for."""

        def busy() -> None:
            body()
            self._busy -= 1

        self._busy += 1
        self.scheduler.add(name, busy)

    def _process(self, name: str, wire: Wire | None = None) -> Process:
        return Process(
            self.cloud,
            wire or Wire(name, self.network),
            self.scheduler,
            self.context,
            self.policies,
            self.script.interval,
        )

    def _head(self, stream: StreamId) -> Head:
        story = self.auditor.story(stream)
        headers = [commit.header for commit in story.commits]
        return follow(Head(), zip(story.packed, headers, strict=True))

    def _count(self, report: Report) -> None:
        report.struck = self.weather.struck
        report.faults = self.weather.counts
        report.trace = self.trace or []
        report.figures.update(
            {
                "commands": len(self.script.asks),
                "sendings": len(self.auditor.attempts),
                "commits": sum(len(story.commits) for story in self.auditor.stories.values()),
                "steps": self.scheduler.step,
                "crashes": sum(self.weather.counts[kind] for kind in CRASHES),
            }
        )


def projector(number: int) -> Handler:
    """Return what finds the handler of a projection in a process."""
    return lambda process: process.system.projections[number].handle


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed the jitter of the services, which draw it from the module's own source."""
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the services from logging every fault that they are given."""
    logger = logging.getLogger("chalicelib")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)
