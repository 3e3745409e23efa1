"""The embedded place to run: SQLite behind every port, the pump beside, one process, one folder."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING, Final, Self

from chalicelib.adapters.avro.registry import FileSchemaRegistry
from chalicelib.adapters.embedded.bus import Checkpoints, SqliteEventBus
from chalicelib.adapters.embedded.dead_letters import SqliteDeadLetters
from chalicelib.adapters.embedded.event_store import SqliteEventStore
from chalicelib.adapters.embedded.feeds import ChangeFeed, HistoryFeed, TopicFeed
from chalicelib.adapters.embedded.folder import DataFolder
from chalicelib.adapters.embedded.identity import DeveloperIdentity
from chalicelib.adapters.embedded.mappings import Mapping
from chalicelib.adapters.embedded.positions import SqlitePositions
from chalicelib.adapters.embedded.pump import Pump
from chalicelib.adapters.embedded.read_models import SqliteReadModels
from chalicelib.adapters.embedded.snapshots import SqliteSnapshotStore
from chalicelib.adapters.rego.engine import RegoPolicyEngine
from chalicelib.kernel.commit import Path
from chalicelib.services.event_router import Topic
from chalicelib.services.health import Health
from chalicelib.wiring.container import Ports, System, compose
from chalicelib.wiring.contexts import CONTEXTS
from chalicelib.wiring.resources import resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from chalicelib.kernel.context import BoundedContext
    from chalicelib.services.projections import ProjectionHandler
    from chalicelib.wiring.settings import Settings

TOPIC_OF: Final = {Path.CORE: Topic.CORE, Path.SECONDARY: Topic.SECONDARY}


@dataclass(frozen=True, slots=True)
class Embedded:
    """The whole system over one data folder; a context manager that stops and closes it."""

    settings: Settings
    ports: Ports
    system: System
    pump: Pump
    folder: DataFolder

    @classmethod
    def assemble(
        cls,
        settings: Settings,
        contexts: Iterable[BoundedContext] = CONTEXTS,
        adapt: Callable[[Ports], Ports] = lambda ports: ports,
    ) -> Self:
        """Open the folder and wire everything; ``adapt`` may replace or wrap ports.

        The pump stands still until it is started, or stepped by hand. Raises Misconfigured.
        """
        with ExitStack() as stack:
            folder = DataFolder(settings.data)
            stack.callback(folder.close)
            bell = Event()
            ports = adapt(_ports(folder, bell))
            system = compose(ports, contexts, snapshot_interval=settings.snapshot_interval)
            checkpoints = Checkpoints(folder.bus)
            pump = Pump(checkpoints, _mappings(folder, system, checkpoints), bell)
            health = Health(ports.positions, pump.status)
            stack.pop_all()
        return cls(settings, ports, replace(system, health=health.report), pump, folder)

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


def _ports(folder: DataFolder, bell: Event) -> Ports:
    return Ports(
        events=SqliteEventStore(folder.event_store, wake=bell.set),
        snapshots=SqliteSnapshotStore(folder.snapshots),
        positions=SqlitePositions(folder.positions),
        dead_letters=SqliteDeadLetters(folder.dead_letters),
        read_models=SqliteReadModels(folder.read_models),
        bus=SqliteEventBus(folder.bus, wake=bell.set),
        registry=FileSchemaRegistry(resource("schemas/avro")),
        policies=RegoPolicyEngine(resource("policies/rego")),
        identity=DeveloperIdentity(),
    )


def _mappings(folder: DataFolder, system: System, checkpoints: Checkpoints) -> list[Mapping]:
    """Who is fed by what, as event-source mappings are on AWS: first the router."""
    store = SqliteEventStore(folder.event_store)
    bus = SqliteEventBus(folder.bus)
    snapshots = Mapping("snapshots", TopicFeed(bus, Topic.SNAPSHOTS_DUE), system.snapshots.handle)
    projections = [
        Mapping(f"{handler.consumer}/{path}", TopicFeed(bus, TOPIC_OF[path]), handler.handle)
        for handler in system.projections
        for path in sorted(handler.projection.paths)
    ]
    router = Mapping("router", ChangeFeed(store), system.router.handle)
    history = [_history(handler, store, checkpoints) for handler in system.projections]
    return [router, *projections, *history, snapshots]


def _history(
    handler: ProjectionHandler, store: SqliteEventStore, checkpoints: Checkpoints
) -> Mapping:
    """What was written before this projection was first here, which the bus no longer has."""
    until = checkpoints.first(f"{handler.consumer}/history-until", store.newest())
    return Mapping(f"{handler.consumer}/history", HistoryFeed(store, until), handler.handle)
