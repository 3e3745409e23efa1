"""Snapshots: the trigger, evaluated in the command, and the consumer that takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.commit import SnapshotDue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.services.event_store import SnapshotStore, StreamLoader, Tail

DEFAULT_INTERVAL: Final = 6
"""Commits from one snapshot to the next."""
MAX_TAIL_BYTES: Final = 64 * 1024
"""Stored bytes that a load should have to read behind a snapshot."""
MAX_AGE: Final = timedelta(days=1)
"""How long a stream that goes on may go without a snapshot."""


@dataclass(frozen=True, slots=True)
class SnapshotTrigger:
    """Says whether the commit that follows a loaded state makes a snapshot due; asks nobody."""

    interval: int = DEFAULT_INTERVAL
    size: int = MAX_TAIL_BYTES
    age: timedelta = MAX_AGE

    def verdict(self, tail: Tail, now: datetime) -> SnapshotDue:
        """Return the verdict for the commit that comes behind a tail."""
        if tail.commits + 1 >= self.interval:
            return SnapshotDue.COUNT
        if tail.size >= self.size:
            return SnapshotDue.SIZE
        if tail.since is not None and now - tail.since >= self.age:
            return SnapshotDue.AGE
        return SnapshotDue.NO


class SnapshotManager:
    """Takes the snapshots that commits call for; a repeated call changes nothing."""

    def __init__(self, snapshots: SnapshotStore, loaders: Mapping[str, StreamLoader]) -> None:
        self._snapshots = snapshots
        self._loaders = loaders

    def handle(self, commits: Sequence[PackedCommit]) -> None:
        """Snapshot each stream once, at its present head; raises Unavailable or CorruptStream."""
        newest = {
            commit.stream: commit for commit in sorted(commits, key=lambda each: each.version)
        }
        for stream, commit in newest.items():
            loader = self._loaders[stream.aggregate]
            taken = self._snapshots.latest(stream)
            if taken and taken.reducer == loader.reducer and taken.version >= commit.last:
                continue
            self._snapshots.save(loader.snapshot(loader.load(stream, strong=True)))
