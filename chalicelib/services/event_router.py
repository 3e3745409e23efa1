"""The event router: from the store's change stream to the paths of the bus."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.kernel.commit import Path, SnapshotDue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from chalicelib.kernel.commit import Header, PackedCommit
    from chalicelib.services.event_store import CommitCodec
    from chalicelib.services.governance.policy_engine import Policies
    from chalicelib.services.governance.schema_registry import SchemaRegistry


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
        self, bus: EventBus, codec: CommitCodec, registry: SchemaRegistry, policies: Policies
    ) -> None:
        self._bus = bus
        self._codec = codec
        self._registry = registry
        self._policies = policies

    def handle(self, commits: Sequence[PackedCommit]) -> None:
        """Validate and publish; raises SchemaViolation, Forbidden, CorruptStream or Unavailable."""
        headed = [(commit, self._codec.header(commit)) for commit in commits]
        for commit, header in headed:
            self._validate(commit, header)
        for topic, belongs in ROUTES.items():
            batch = [commit for commit, header in headed if belongs(header)]
            if batch:
                self._bus.publish(topic, batch)

    def _validate(self, commit: PackedCommit, header: Header) -> None:
        schemas = [self._registry.get(event.schema) for event in header.events]
        self._policies.approve(schemas, commit.stream, header.principal, "route")
