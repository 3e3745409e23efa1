"""The embedded place to run: SQLite behind every port, the pump beside, one process, one folder.

Or, for those who only want to look: the same ports over the same folder, read only.
"""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING, Self

from chalicelib.adapters.avro.commit_codec import AvroCommitCodec
from chalicelib.adapters.avro.event_codec import AvroEventCodec
from chalicelib.adapters.avro.registry import FileSchemaRegistry
from chalicelib.adapters.embedded.bus import Checkpoints, SqliteEventBus
from chalicelib.adapters.embedded.dead_letters import SqliteDeadLetters
from chalicelib.adapters.embedded.event_store import SqliteEventStore
from chalicelib.adapters.embedded.folder import DataFolder, ReadOnlyFolder
from chalicelib.adapters.embedded.identity import DeveloperIdentity
from chalicelib.adapters.embedded.positions import SqlitePositions
from chalicelib.adapters.embedded.pump import Pump
from chalicelib.adapters.embedded.read_models import SqliteReadModels
from chalicelib.adapters.embedded.snapshots import SqliteSnapshotStore
from chalicelib.adapters.pydantic.shapes import PydanticShapes
from chalicelib.adapters.rego.engine import RegoPolicyEngine
from chalicelib.services.snapshot_manager import DEFAULT_INTERVAL
from chalicelib.wiring.container import Ports, System, _events, _upcasters, compose
from chalicelib.wiring.contexts import CONTEXTS
from chalicelib.wiring.mappings import Mappings
from chalicelib.wiring.resources import resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

    from chalicelib.adapters.embedded.mappings import MappingStatus
    from chalicelib.kernel.context import BoundedContext
    from chalicelib.services.event_store import CommitCodec
    from chalicelib.services.read_models import ReadModels
    from chalicelib.wiring.settings import Settings


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
            read_models = SqliteReadModels(folder.read_models)
            ports = adapt(_ports(folder, bell, read_models))
            system = compose(ports, contexts, snapshot_interval=settings.snapshot_interval)
            checkpoints = Checkpoints(folder.bus)
            fed = Mappings(folder, ports, system, checkpoints)
            pump = Pump(checkpoints, fed.mappings(), bell)
            operations = replace(
                system.operations,
                consumers=pump.status,
                damaged=lambda: read_models.damaged,
                redrivers={**system.operations.redrivers, **fed.redrivers()},
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

    ports: Ports
    system: System
    codec: CommitCodec
    folder: ReadOnlyFolder

    @classmethod
    @contextmanager
    def open(cls, path: Path, contexts: Iterable[BoundedContext] = CONTEXTS) -> Iterator[Self]:
        """Give the system over a folder as it lies there; writing raises Unavailable.

        Raises Misconfigured.
        """
        with closing(ReadOnlyFolder(path)) as folder:
            ports = _ports(folder, Event(), SqliteReadModels(folder.read_models))
            contexts = tuple(contexts)
            system = compose(ports, contexts, snapshot_interval=DEFAULT_INTERVAL)
            yield cls(ports, system, _codec(ports, contexts), folder)

    @property
    def history(self) -> SqliteEventStore:
        """The event store with its change feed."""
        return SqliteEventStore(self.folder.event_store)

    def consumers(self) -> list[MappingStatus]:
        """Return how far each consumer has come, the router first; raises Unavailable."""
        checkpoints = _ReadCheckpoints(self.folder.bus)
        fed = Mappings(self.folder, self.ports, self.system, checkpoints)
        return Pump(checkpoints, fed.mappings()).status()


def _codec(ports: Ports, contexts: tuple[BoundedContext, ...]) -> CommitCodec:
    shapes = PydanticShapes()
    events = AvroEventCodec(ports.registry, shapes, _events(contexts), _upcasters(contexts))
    return AvroCommitCodec(events, resource("schemas/avro"))


class _ReadCheckpoints(Checkpoints):
    def first(self, mapping: str, sequence: int) -> int:
        """Return the checkpoint of that name, or the sequence number if there is none yet."""
        rows = self._database.rows("SELECT sequence FROM checkpoints WHERE mapping = ?", (mapping,))
        return int(rows[0][0]) if rows else sequence


def _ports(folder: DataFolder, bell: Event, read_models: ReadModels) -> Ports:
    return Ports(
        events=SqliteEventStore(folder.event_store, wake=bell.set),
        snapshots=SqliteSnapshotStore(folder.snapshots),
        positions=SqlitePositions(folder.positions),
        dead_letters=SqliteDeadLetters(folder.dead_letters),
        read_models=read_models,
        bus=SqliteEventBus(folder.bus, wake=bell.set),
        registry=FileSchemaRegistry(resource("schemas/avro")),
        policies=RegoPolicyEngine(resource("policies/rego")),
        identity=DeveloperIdentity(),
    )
