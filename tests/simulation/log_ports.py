"""The ports of the log, in memory and over a wire: event store, snapshots, bus."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from tests.simulation.weather import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.kernel.snapshot import Snapshot
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.event_router import Topic
    from tests.simulation.cloud import Cloud
    from tests.simulation.wire import Wire

_PAGE: Final = 2
"""Commits in one read, so that a read takes several."""


@dataclass
class MemoryEventStore:
    """Implements EventStore: inserts are strong, reads only if asked."""

    cloud: Cloud
    wire: Wire
    strong: bool = False

    def append(self, commit: PackedCommit) -> None:
        what = f"append {commit.stream.local}@{commit.version}"
        self.wire.write(what, lambda: self.cloud.insert(commit))

    def commit_at(self, stream: StreamId, version: int) -> PackedCommit | None:
        what = f"read {stream.local}@{version}"
        return self.wire.read(what, lambda: self.cloud.log[stream].get(version))

    def read(
        self,
        stream: StreamId,
        *,
        after: int = 0,
        before: int | None = None,
        strong: bool = False,
    ) -> Iterator[PackedCommit]:
        while True:
            what, seen = f"read {stream.local} after {after}", partial(self._seen, stream, after)
            page = self.wire.read(what, partial(seen, strong))
            yield from (each for each in page[:_PAGE] if before is None or each.version < before)
            if len(page) <= _PAGE:
                return
            after = page[_PAGE - 1].version

    def tail(self, stream: StreamId, *, limit: int, strong: bool = False) -> Sequence[PackedCommit]:
        what = f"tail {stream.local}{' strong' if strong else ''}"
        return self.wire.read(what, lambda: self._seen(stream, 0, strong)[-limit:])

    def _seen(self, stream: StreamId, after: int, strong: bool) -> list[PackedCommit]:  # noqa: FBT001 - the port's own word
        found = self.cloud.commits(stream, after)
        if strong:
            return found
        chance = self.wire.weather.chance(self.wire.who)
        if self.wire.strikes(Kind.STALE_TAIL):
            del found[max(0, len(found) - chance.randint(1, 3)) :]
        if len(found) > 1 and self.wire.strikes(Kind.TORN_TAIL):
            del found[chance.randrange(len(found) - 1)]
        return found


@dataclass(frozen=True)
class MemorySnapshots:
    """Implements SnapshotStore."""

    cloud: Cloud
    wire: Wire

    def latest(self, stream: StreamId) -> Snapshot | None:
        return self.wire.read(f"latest snapshot of {stream.local}", lambda: self._latest(stream))

    def save(self, snapshot: Snapshot) -> None:
        def effect() -> None:
            self.cloud.snapshots[snapshot.stream][snapshot.version] = snapshot

        self.wire.write(f"save snapshot {snapshot.stream.local}@{snapshot.version}", effect)

    def _latest(self, stream: StreamId) -> Snapshot | None:
        versions = sorted(self.cloud.snapshots[stream])
        if versions and self.wire.strikes(Kind.STALE_SNAPSHOT):
            versions.pop()
        return self.cloud.snapshots[stream][versions[-1]] if versions else None


@dataclass(frozen=True)
class MemoryEventBus:
    """Implements EventBus."""

    cloud: Cloud
    wire: Wire

    def publish(self, topic: Topic, commits: Sequence[PackedCommit]) -> None:
        told = ", ".join(f"{each.stream.local}@{each.version}" for each in commits)
        self.wire.write(
            f"publish {topic} {told}",
            lambda: self.cloud.publish(topic, commits),
            lambda: self.cloud.publish(topic, commits[: len(commits) // 2]),
        )
