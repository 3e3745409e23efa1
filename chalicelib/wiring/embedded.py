"""The embedded place to run: SQLite behind every port, the pump beside, one process, one folder.

Or, for those who only want to look: the same ports over the same folder, read only.
"""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING, Self

from chalicelib.adapters.embedded.bus import Checkpoints, ReadOnlyCheckpoints, SqliteEventBus
from chalicelib.adapters.embedded.dead_letters import SqliteDeadLetters
from chalicelib.adapters.embedded.decisions import SqliteDecisions
from chalicelib.adapters.embedded.event_store import SqliteEventStore
from chalicelib.adapters.embedded.folder import DataFolder, ReadOnlyFolder
from chalicelib.adapters.embedded.positions import SqlitePositions
from chalicelib.adapters.embedded.pump import Pump
from chalicelib.adapters.embedded.rate_limits import MemoryRateLimits
from chalicelib.adapters.embedded.snapshots import SqliteSnapshotStore
from chalicelib.services.snapshot_manager import DEFAULT_INTERVAL
from chalicelib.wiring.container import System, compose, now
from chalicelib.wiring.contexts import CONTEXTS
from chalicelib.wiring.identities import identity
from chalicelib.wiring.mappings import EmbeddedPorts, Mappings
from chalicelib.wiring.policies import policy_engine
from chalicelib.wiring.read_models import read_models_and_lineups
from chalicelib.wiring.registries import schema_registry
from chalicelib.wiring.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

    from chalicelib.adapters.embedded.mappings import MappingStatus
    from chalicelib.kernel.context import BoundedContext
    from chalicelib.services.lineups import Lineups
    from chalicelib.services.places import IndexedReadModels


@dataclass(frozen=True, slots=True)
class Embedded:
    """The whole system over one data folder; a context manager that stops and closes it."""

    settings: Settings
    ports: EmbeddedPorts
    system: System
    pump: Pump
    folder: DataFolder

    @classmethod
    def assemble(
        cls,
        settings: Settings,
        contexts: Iterable[BoundedContext] = CONTEXTS,
        adapt: Callable[[EmbeddedPorts], EmbeddedPorts] = lambda ports: ports,
    ) -> Self:
        """Open the folder and wire everything; ``adapt`` may replace or wrap ports.

        The pump stands still until it is started, or stepped by hand. Raises Misconfigured.
        """
        with ExitStack() as stack:
            folder = DataFolder(settings.data)
            stack.callback(folder.close)
            bell = Event()
            read_models, lineups = read_models_and_lineups(settings.opensearch, folder, bell.set)
            ports = adapt(_ports(folder, bell, read_models, lineups, settings))
            system = compose(
                ports,
                contexts,
                snapshot_interval=settings.snapshot_interval,
                temporal_rate=settings.temporal_rate,
                max_staleness=settings.max_staleness,
            )
            checkpoints = Checkpoints(folder.bus)
            fed = Mappings(folder, ports, system, checkpoints)
            fed.open()
            pump = Pump(checkpoints, fed.mappings(), bell)
            operations = replace(
                system.operations,
                consumers=pump.status,
                damaged=lambda: read_models.damaged,
                redrivers={**system.operations.redrivers, **fed.redrivers()},
                rebuilders=fed.rebuilders,
            )
            stack.pop_all()
        return cls(settings, ports, replace(system, operations=operations), pump, folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.pump.stop()
        self.folder.close()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a data folder holds, whether or not a Nexus runs on it; nothing there is changed."""

    ports: EmbeddedPorts
    system: System
    folder: ReadOnlyFolder

    @classmethod
    @contextmanager
    def open(cls, path: Path, contexts: Iterable[BoundedContext] = CONTEXTS) -> Iterator[Self]:
        """Give the system over a folder as it lies there; writing raises Unavailable.

        Raises Misconfigured.
        """
        with closing(ReadOnlyFolder(path)) as folder:
            bell, settings = Event(), Settings()
            read_models, lineups = read_models_and_lineups(settings.opensearch, folder, bell.set)
            ports = _ports(folder, bell, read_models, lineups, settings)
            system = compose(ports, contexts, snapshot_interval=DEFAULT_INTERVAL)
            yield cls(ports, system, folder)

    @property
    def history(self) -> SqliteEventStore:
        """The event store with its change feed."""
        return SqliteEventStore(self.folder.event_store)

    def consumers(self) -> list[MappingStatus]:
        """Return how far each consumer has come, the router first; raises Unavailable."""
        checkpoints = ReadOnlyCheckpoints(self.folder.bus)
        fed = Mappings(self.folder, self.ports, self.system, checkpoints)
        return Pump(checkpoints, fed.mappings()).status()


def _ports(
    folder: DataFolder,
    bell: Event,
    read_models: IndexedReadModels,
    lineups: Lineups,
    settings: Settings,
) -> EmbeddedPorts:
    return EmbeddedPorts(
        events=SqliteEventStore(folder.event_store, wake=bell.set),
        snapshots=SqliteSnapshotStore(folder.snapshots),
        positions=SqlitePositions(folder.positions),
        dead_letters=SqliteDeadLetters(folder.dead_letters),
        decisions=SqliteDecisions(folder.decisions),
        rate_limits=MemoryRateLimits(now),
        read_models=read_models,
        lineups=lineups,
        bus=SqliteEventBus(folder.bus, wake=bell.set),
        registry=schema_registry(settings.registry),
        policies=policy_engine(settings.policies),
        identity=identity(settings),
    )
