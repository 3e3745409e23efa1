"""Snapshots: the trigger, evaluated in the command, and the consumer that takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.commit import SnapshotDue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.services.event_store import Loaded, SnapshotStore, StreamLoader

DEFAULT_INTERVAL: Final = 6
"""Commits from one snapshot to the next."""


@dataclass(frozen=True, slots=True)
class SnapshotTrigger:
    """Says whether the commit that follows a loaded state makes a snapshot due."""

    interval: int = DEFAULT_INTERVAL

    def verdict(self, loaded: Loaded) -> SnapshotDue:
        """Return the verdict for the commit's header; costs no request."""
        count = loaded.tail_commits + 1
        return SnapshotDue.COUNT if count >= self.interval else SnapshotDue.NO


class SnapshotManager:
    """Takes the snapshots that commits call for; a repeated call changes nothing."""

    def __init__(self, snapshots: SnapshotStore, loaders: Mapping[str, StreamLoader]) -> None:
        self._snapshots = snapshots
        self._loaders = loaders

    def handle(self, commits: Sequence[PackedCommit]) -> None:
        """Snapshot each stream once, at its present head; raises Unavailable or CorruptStream."""
        newest = {commit.stream: commit for commit in commits}
        for stream, commit in newest.items():
            loader = self._loaders[stream.aggregate]
            taken = self._snapshots.latest(stream)
            if taken and taken.reducer == loader.reducer and taken.version >= commit.last:
                continue
            self._snapshots.save(loader.snapshot(loader.load(stream, strong=True)))
