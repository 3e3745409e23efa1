"""A process: the real system, composed anew at each start over ports that may fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.avro.registry import FileSchemaRegistry
from chalicelib.adapters.embedded.rate_limits import MemoryRateLimits
from chalicelib.kernel.commit import Principal
from chalicelib.wiring.container import Ports, System, compose
from chalicelib.wiring.resources import resource
from tests.simulation.consumer_ports import MemoryDeadLetters, MemoryPositions
from tests.simulation.log_ports import MemoryEventBus, MemoryEventStore, MemorySnapshots
from tests.simulation.read_models import FirstIndexes, MemoryReadModels
from tests.simulation.weather import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.kernel.context import BoundedContext
    from chalicelib.services.governance.decisions import DecisionRecord
    from chalicelib.services.governance.policy_engine import PolicyEngine
    from tests.simulation.cloud import Cloud
    from tests.simulation.scheduler import Scheduler
    from tests.simulation.wire import Wire

DEVELOPER: Final = Principal("developer", "developer", "default", ("developer",))
_START: Final = datetime(2026, 3, 1, 23, 59, 50, tzinfo=UTC)
"""Shortly before midnight, so that the days of sales differ."""

registry = cache(lambda: FileSchemaRegistry(resource("schemas/avro")))


class Everybody:
    """Implements Identity; nobody asks it here."""

    def principal(self, headers: Mapping[str, str]) -> Principal:
        return DEVELOPER


class Unrecorded:
    """Implements Decisions; nobody reads them here."""

    def record(self, denial: DecisionRecord) -> None:
        """Keep nothing."""

    def denials(
        self, tenant: str, *, limit: int, before: tuple[datetime, str] | None = None
    ) -> Sequence[DecisionRecord]:
        """Return none."""
        return ()


@dataclass
class Process:
    """What one actor runs; all that it holds in memory goes when it is started again."""

    cloud: Cloud
    wire: Wire
    scheduler: Scheduler
    context: BoundedContext
    policies: PolicyEngine
    interval: int

    _system: System | None = field(default=None, init=False)

    @property
    def system(self) -> System:
        """What runs here; composed when it is first needed, as many a process has nothing to do."""
        if self._system is None:
            self._system = self._composed()
        return self._system

    def start(self) -> None:
        """Begin again with nothing in memory."""
        self._system = None

    def now(self) -> datetime:
        """Return the time as this process's clock has it."""
        now = _START + timedelta(seconds=self.scheduler.now)
        return now - timedelta(seconds=2) if self.wire.strikes(Kind.CLOCK_BACK) else now

    def _composed(self) -> System:
        parts = (self.cloud, self.wire)
        ports = Ports(
            events=MemoryEventStore(*parts),
            snapshots=MemorySnapshots(*parts),
            positions=MemoryPositions(*parts),
            dead_letters=MemoryDeadLetters(*parts),
            decisions=Unrecorded(),
            rate_limits=MemoryRateLimits(self.now),
            read_models=MemoryReadModels(*parts),
            lineups=FirstIndexes(self.context.projections),
            bus=MemoryEventBus(*parts),
            registry=registry(),
            policies=self.policies,
            identity=Everybody(),
            now=self.now,
        )
        system = compose(ports, [self.context], snapshot_interval=self.interval)
        for sleeper in (*system.commands.commands, *system.projections, system.queries):
            sleeper._sleep = self.scheduler.sleep
        system.queries._seconds = lambda: self.scheduler.now
        return system
