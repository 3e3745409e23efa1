"""What outlives every crash: the log, and all that is kept, queued and published."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import VersionConflict
from chalicelib.services.event_router import Topic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.kernel.snapshot import Snapshot
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.dead_letters import DeadLetter
    from chalicelib.services.positions import Position
    from chalicelib.services.read_models import Document
    from tests.simulation.queues import Queue


class Cloud:
    """Durable state, without any fault: those are on the wire to it."""

    def __init__(self, landed: Callable[[PackedCommit], None]) -> None:
        self.log: dict[StreamId, dict[int, PackedCommit]] = defaultdict(dict)
        self.snapshots: dict[StreamId, dict[int, Snapshot]] = defaultdict(dict)
        self.positions: dict[tuple[str, StreamId], Position] = {}
        self.letters: dict[tuple[str, StreamId], dict[int, DeadLetter]] = {}
        self.documents: dict[str, dict[tuple[str, str], Document]] = defaultdict(dict)
        self.changes: Queue | None = None
        self.subscriptions: dict[Topic, list[Queue]] = {topic: [] for topic in Topic}
        self.published: set[tuple[Topic, StreamId, int]] = set()
        self._landed = landed

    def insert(self, commit: PackedCommit) -> None:
        """Insert a commit, unless its key is taken by another: one winner for each version."""
        rival = self.log[commit.stream].get(commit.version)
        if rival is None:
            self.land(commit)
        elif rival.hash != commit.hash:
            rivals = self.commits(commit.stream, commit.version - 1)
            raise VersionConflict(str(commit.stream), commit.version, rivals)

    def land(self, commit: PackedCommit) -> None:
        """Put a commit into the log, and on its way to the router."""
        self._landed(commit)
        self.log[commit.stream][commit.version] = commit
        if self.changes is not None:
            self.changes.put(commit)

    def commits(self, stream: StreamId, after: int = 0) -> list[PackedCommit]:
        """Return the commits of a stream that start after a version, ascending."""
        found = self.log.get(stream, {})
        return [found[version] for version in sorted(found) if version > after]

    def publish(self, topic: Topic, commits: Iterable[PackedCommit]) -> None:
        """Give commits to all who subscribe to a topic."""
        for commit in commits:
            self.published.add((topic, commit.stream, commit.version))
            for queue in self.subscriptions[topic]:
                queue.put(commit)

    @property
    def queues(self) -> list[Queue]:
        """All queues."""
        routed = [queue for queues in self.subscriptions.values() for queue in queues]
        return routed if self.changes is None else [self.changes, *routed]
