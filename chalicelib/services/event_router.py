"""The event router: from the store's change stream to the paths of the bus."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.kernel.commit import Path, SnapshotDue
from chalicelib.kernel.errors import CorruptStream, Forbidden, SchemaViolation
from chalicelib.services.governance.policy_engine import Occasion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from chalicelib.kernel.commit import Header, PackedCommit
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.event_store import CommitCodec, EventStore
    from chalicelib.services.governance.policy_engine import Policies
    from chalicelib.services.governance.schema_registry import SchemaRegistry
    from chalicelib.services.parking import Parking
    from chalicelib.services.positions import Position


class Topic(StrEnum):
    """Where the bus carries commits to."""

    CORE = "core"
    SECONDARY = "secondary"
    SNAPSHOTS_DUE = "snapshots-due"


ROUTES: Final[Mapping[Topic, Callable[[Header], bool]]] = {
    Topic.CORE: lambda header: Path.CORE in header.paths,
    Topic.SECONDARY: lambda header: Path.SECONDARY in header.paths,
    Topic.SNAPSHOTS_DUE: lambda header: header.snapshot_due is not SnapshotDue.NO,
}


class EventBus(Protocol):
    """Carries whole commits: at least once, in order per stream as far as it can."""

    def publish(self, topic: Topic, commits: Sequence[PackedCommit]) -> None:
        """Hand over the commits; raises Unavailable if any may not have been taken."""


class EventRouter:
    """Publishes each commit to every topic that one of its events belongs to."""

    def __init__(
        self,
        events: EventStore,
        bus: EventBus,
        codec: CommitCodec,
        registry: SchemaRegistry,
        policies: Policies,
        parking: Parking,
    ) -> None:
        self._events = events
        self._bus = bus
        self._codec = codec
        self._registry = registry
        self._policies = policies
        self._parking = parking

    def handle(self, commits: Sequence[PackedCommit]) -> None:
        """Validate and publish; a stream stops at a commit that is not to be published.

        Raises Unavailable, and then the whole batch may come again.
        """
        stopped = self._stopped({commit.stream for commit in commits})
        headed = []
        for commit in commits:
            if commit.version > stopped.get(commit.stream, commit.version) and self._waits(commit):
                continue
            try:
                headed.append((commit, self._validated(commit)))
            except (SchemaViolation, Forbidden, CorruptStream) as failure:
                self._parking.park(commit, commit.version - 1, failure, attempts=1)
                stopped.setdefault(commit.stream, commit.version - 1)
        self._publish(headed)

    def redrive(self, stream: StreamId) -> bool:
        """Publish a parked stream from its start; false if it stops again.

        Where it stopped can't be relied on: commits come again, and so in no order, and a position
        or a letter may be lost. Consumers pass over what they know.
        """

        def go_on(_: Position) -> bool:
            for commit in self._events.read(stream, strong=True):
                try:
                    self._publish([(commit, self._validated(commit))])
                    self._parking.positions.advance(self._parking.consumer, {stream: commit.last})
                except (SchemaViolation, Forbidden, CorruptStream) as failure:
                    self._parking.park(commit, commit.version - 1, failure, attempts=1)
                    return False
            return True

        return self._parking.drain(stream, go_on)

    def _stopped(self, streams: Iterable[StreamId]) -> dict[StreamId, int]:
        """Return behind which version those stand that have stopped.

        Each is asked for by itself: the list of all that are parked may be a moment behind.
        """
        get, consumer = self._parking.positions.get, self._parking.consumer
        positions = {stream: get(consumer, stream) for stream in streams}
        return {stream: at.version for stream, at in positions.items() if at.parked is not None}

    def _waits(self, commit: PackedCommit) -> bool:
        return self._parking.positions.wait(self._parking.consumer, commit.stream)

    def _validated(self, commit: PackedCommit) -> Header:
        header = self._codec.unpack(commit).header  # each event has to be one of its schema
        schemas = [self._registry.get(event.schema) for event in header.events]
        occasion = Occasion(commit.stream, header.principal, header.command_type, "route")
        self._policies.approve(schemas, occasion)
        return header

    def _publish(self, headed: Sequence[tuple[PackedCommit, Header]]) -> None:
        for topic, belongs in ROUTES.items():
            batch = [commit for commit, header in headed if belongs(header)]
            if batch:
                self._bus.publish(topic, batch)
