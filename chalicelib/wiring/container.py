"""The composition root: ports in, a system out. Fakes are keyword arguments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import chalicelib
from chalicelib.adapters.pydantic.json import read_json
from chalicelib.services.answer_cache import AnswerCache
from chalicelib.services.command_handler import CommandHandler
from chalicelib.services.command_service import CommandService
from chalicelib.services.commit_writer import CommitWriter
from chalicelib.services.event_router import EventRouter
from chalicelib.services.event_store import StreamLoader
from chalicelib.services.governance.decisions import DecisionLog
from chalicelib.services.governance.policy_engine import Policies
from chalicelib.services.governance.provenance import Provenance, tree_digest
from chalicelib.services.operations import Operations
from chalicelib.services.parking import Parking
from chalicelib.services.projections import ProjectionHandler
from chalicelib.services.queries import QueryService
from chalicelib.services.rate_limits import DEFAULT_TEMPORAL_RATE, CallerLimit, Rate
from chalicelib.services.recent_streams import RecentStreams
from chalicelib.services.side_by_side import IN_TURN, SideBySide
from chalicelib.services.snapshot_manager import SnapshotManager, SnapshotTrigger
from chalicelib.services.streams import StreamReader
from chalicelib.services.view_checks import check_views
from chalicelib.wiring.codecs import Codecs
from chalicelib.wiring.resources import resource
from chalicelib.wiring.versions import versions_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from chalicelib.kernel.context import Aggregate, BoundedContext
    from chalicelib.kernel.projection import Projection
    from chalicelib.services.dead_letters import DeadLetters
    from chalicelib.services.event_router import EventBus
    from chalicelib.services.event_store import CommitCodec, EventStore, SnapshotStore
    from chalicelib.services.governance.decisions import Decisions
    from chalicelib.services.governance.policy_engine import PolicyEngine
    from chalicelib.services.governance.schema_registry import EventCodec, SchemaRegistry
    from chalicelib.services.identity import Identity
    from chalicelib.services.lineups import Lineups
    from chalicelib.services.positions import Positions
    from chalicelib.services.rate_limits import RateLimits
    from chalicelib.services.read_models import ReadModels
    from chalicelib.services.shapes import Shapes


ROUTER: Final = "router"
"""The router's name as a consumer."""


def now() -> datetime:
    """Return the present time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class WritePorts:
    """What the write side needs, and nothing else: a command function has no more."""

    events: EventStore
    snapshots: SnapshotStore
    decisions: Decisions
    registry: SchemaRegistry
    policies: PolicyEngine
    now: Callable[[], datetime] = now
    reads: SideBySide = IN_TURN
    """How snapshot and tail are read."""
    streams: SideBySide = IN_TURN
    """How the commands of a batch are handled that are for different streams."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports(WritePorts):
    """What differs from one place to run to the next."""

    positions: Positions
    dead_letters: DeadLetters
    rate_limits: RateLimits
    read_models: ReadModels
    lineups: Lineups
    bus: EventBus
    identity: Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What entry points call."""

    commands: CommandService
    queries: QueryService
    streams: StreamReader
    temporal_limit: CallerLimit
    router: EventRouter
    projections: tuple[ProjectionHandler, ...]
    superseded: Mapping[str, tuple[ProjectionHandler, ...]]
    """By projection, what fills the indexes of the versions before, newest first."""
    snapshots: SnapshotManager
    operations: Operations
    identity: Identity
    shapes: Shapes
    codec: CommitCodec
    read_json: Callable[[bytes], object]


def compose(
    ports: Ports,
    contexts: Iterable[BoundedContext],
    *,
    snapshot_interval: int,
    temporal_rate: int = DEFAULT_TEMPORAL_RATE,
    max_staleness: int = 0,
) -> System:
    """Wire the contexts to the ports; raises Misconfigured for what can't fit together."""
    contexts = tuple(contexts)
    check_views(contexts)
    write = write_side(ports, contexts, snapshot_interval=snapshot_interval)
    shapes, codec = write.shapes, write.codec
    temporal = Rate(temporal_rate, burst=2 * temporal_rate)
    router = EventRouter(
        ports.events, ports.bus, codec, ports.registry, write.policies, _parking(ports, ROUTER)
    )
    versions = [
        [_projection(each, ports, codec, shapes) for each in versions_of(projection)]
        for context in contexts
        for projection in context.projections
    ]
    projections = tuple(declared for declared, *_ in versions)
    return System(
        commands=write.commands,
        queries=QueryService(
            ports.read_models,
            ports.lineups,
            ports.positions,
            shapes,
            ports.now,
            AnswerCache(max_staleness),
        ),
        streams=StreamReader(ports.events, codec),
        temporal_limit=CallerLimit("temporal", temporal, ports.rate_limits),
        router=router,
        projections=projections,
        superseded={declared.projection.name: tuple(before) for declared, *before in versions},
        snapshots=SnapshotManager(ports.snapshots, write.loaders),
        operations=_operations(ports, router, projections),
        identity=ports.identity,
        shapes=shapes,
        codec=codec,
        read_json=read_json,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteSide:
    """What carries out commands, and its parts that others need."""

    commands: CommandService
    loaders: Mapping[str, StreamLoader]
    codec: CommitCodec
    policies: Policies
    shapes: Shapes


def write_side(
    ports: WritePorts, contexts: tuple[BoundedContext, ...], *, snapshot_interval: int
) -> WriteSide:
    """Wire the contexts' commands to the ports; raises Misconfigured."""
    codecs = Codecs.of(contexts, ports.registry, resource("schemas/avro"))
    shapes, codec = codecs.shapes, codecs.commits
    writer = _writer(ports, codecs.events, codec, SnapshotTrigger(snapshot_interval))
    loaders = {
        aggregate.name: StreamLoader(
            aggregate, ports.events, ports.snapshots, codec, shapes, snapshot_interval, ports.reads
        )
        for _, aggregate in _aggregates(contexts)
    }
    recent = RecentStreams()
    handlers = [
        CommandHandler(context.name, kind, loaders[aggregate.name], writer, shapes, recent)
        for context, aggregate in _aggregates(contexts)
        for kind in aggregate.commands
    ]
    commands = CommandService(handlers, ports.streams)
    return WriteSide(
        commands=commands, loaders=loaders, codec=codec, policies=writer.policies, shapes=shapes
    )


def _writer(
    ports: WritePorts, events: EventCodec, codec: CommitCodec, trigger: SnapshotTrigger
) -> CommitWriter:
    policies = Policies(ports.policies, DecisionLog(ports.decisions, ports.now))
    return CommitWriter(
        events=ports.events,
        event_codec=events,
        commit_codec=codec,
        policies=policies,
        provenance=Provenance(policies.digest, code_digest()),
        trigger=trigger,
        now=ports.now,
    )


def _projection(
    projection: Projection[Any], ports: Ports, codec: CommitCodec, shapes: Shapes
) -> ProjectionHandler:
    parking = _parking(ports, projection.index)
    return ProjectionHandler(projection, ports.events, codec, ports.read_models, parking, shapes)


def _operations(
    ports: Ports, router: EventRouter, projections: Sequence[ProjectionHandler]
) -> Operations:
    return Operations(
        positions=ports.positions,
        letters=ports.dead_letters,
        decisions=ports.decisions,
        projections=[handler.projection for handler in projections],
        redrivers={ROUTER: router.redrive, **{each.consumer: each.redrive for each in projections}},
    )


def _parking(ports: Ports, consumer: str) -> Parking:
    return Parking(consumer, ports.positions, ports.dead_letters, ports.now)


def _aggregates(
    contexts: tuple[BoundedContext, ...],
) -> list[tuple[BoundedContext, Aggregate]]:
    return [(context, aggregate) for context in contexts for aggregate in context.aggregates]


@cache
def code_digest() -> str:
    """Return SHA-256 (hex) of the code that runs here."""
    return tree_digest(Path(chalicelib.__file__).parent)
