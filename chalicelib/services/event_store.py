"""The event store port, and the loader that turns a stream into a state."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.kernel.commit import SnapshotDue
from chalicelib.kernel.errors import CorruptStream, Unavailable
from chalicelib.kernel.head import Head
from chalicelib.kernel.snapshot import Snapshot
from chalicelib.services.side_by_side import IN_TURN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from chalicelib.kernel.commit import Commit, Header, PackedCommit
    from chalicelib.kernel.context import Aggregate
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.shapes import Shapes
    from chalicelib.services.side_by_side import SideBySide

logger = logging.getLogger(__name__)


class EventStore(Protocol):
    """Insert-only storage of commits, keyed by stream and first version."""

    @property
    def strong(self) -> bool:
        """Whether every read sees every acknowledged append, asked for or not."""

    def append(self, commit: PackedCommit) -> None:
        """Insert one commit; appending the very same commit again changes nothing.

        Raises VersionConflict if another commit holds its version, and Unavailable if the outcome
        is unknown.
        """

    def commit_at(self, stream: StreamId, version: int) -> PackedCommit | None:
        """Return the commit whose first event has that version; strongly consistent."""

    def read(
        self,
        stream: StreamId,
        *,
        after: int = 0,
        before: int | None = None,
        strong: bool = False,
    ) -> Iterator[PackedCommit]:
        """Yield the commits that start after a version, ascending; every page is followed.

        And before another, if one is given.
        """

    def tail(self, stream: StreamId, *, limit: int, strong: bool = False) -> Sequence[PackedCommit]:
        """Return the last commits of a stream, ascending."""


class CommitCodec(Protocol):
    """Packs a header and payloads into what is stored, and back."""

    def pack(
        self, stream: StreamId, version: int, header: Header, payloads: Sequence[bytes]
    ) -> PackedCommit:
        """Return the sealed commit; raises SchemaViolation or CommitTooLarge."""

    def header(self, commit: PackedCommit) -> Header:
        """Return the provenance only; raises CorruptStream."""

    def unpack(self, commit: PackedCommit) -> Commit:
        """Return all that a commit says; raises CorruptStream or SchemaViolation."""


class SnapshotStore(Protocol):
    """Snapshots by stream and version; older ones stay."""

    def latest(self, stream: StreamId) -> Snapshot | None:
        """Return the newest snapshot; it may be stale."""

    def save(self, snapshot: Snapshot) -> None:
        """Keep a snapshot under its stream and version."""


@dataclass(frozen=True, slots=True)
class Tail:
    """What was read since the snapshot, or since the start: how much, and from when on."""

    commits: int = 0
    size: int = 0
    """Bytes, as they are stored."""
    since: datetime | None = None
    """When the first of it was recorded."""

    def with_commit(self, commit: Commit) -> Tail:
        """Return the tail with a commit more."""
        since = self.since or commit.header.recorded_at
        return Tail(self.commits + 1, self.size + commit.size, since)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A stream as far as it was read; ``strong`` if nothing acknowledged can be missing."""

    stream: StreamId
    state: Any
    head: Head
    tail: Tail
    strong: bool
    size: int = 0
    """Bytes that it was made from, inflated: the snapshot's state and all events."""


def reducer_of(aggregate: Aggregate, shapes: Shapes) -> str:
    """Return the name that an aggregate's snapshots bear: of its evolve and its state's form."""
    return f"{aggregate.reducer}:{shapes.digest(aggregate.state)}"


class StreamLoader:
    """Loads the streams of one aggregate: snapshot and tail, or the tail behind what is known."""

    def __init__(
        self,
        aggregate: Aggregate,
        events: EventStore,
        snapshots: SnapshotStore,
        codec: CommitCodec,
        shapes: Shapes,
        tail_limit: int,
        side_by_side: SideBySide = IN_TURN,
    ) -> None:
        self.aggregate = aggregate
        self.reducer = reducer_of(aggregate, shapes)
        self._events = events
        self._snapshots = snapshots
        self._codec = codec
        self._shapes = shapes
        self._tail_limit = tail_limit
        self._side_by_side = side_by_side

    def load(self, stream: StreamId, *, strong: bool = False) -> Loaded:
        """Load from the newest usable snapshot; raises CorruptStream.

        Snapshot and tail are read side by side. What lies between them, if anything does, is a
        third read: of the past, which no longer changes.
        """
        base, tail = self._side_by_side.both(
            lambda: self._start(stream),
            lambda: self._events.tail(stream, limit=self._tail_limit, strong=strong),
        )
        known = base.head.version
        commits = [commit for commit in tail if commit.version > known]
        if commits and commits[0].version > known + 1:
            first = commits[0].version
            between = self._events.read(stream, after=known, before=first, strong=True)
            commits = [*between, *commits]
        if not _contiguous(known, commits):
            return self.catch_up(base)
        return self._fold(base, commits, strong=strong)

    def catch_up(self, known: Loaded) -> Loaded:
        """Read strongly what lies behind a state that is known already; raises CorruptStream."""
        commits = self._events.read(known.stream, after=known.head.version, strong=True)
        return self._fold(known, commits, strong=True)

    def follow(self, known: Loaded, commits: Sequence[PackedCommit]) -> Loaded:
        """Return a known state with the commits that were read, or written, behind it.

        A snapshot that one of them calls for counts as taken. Raises CorruptStream.
        """
        return self._fold(known, commits, strong=False, snapshots_taken=True)

    def snapshot(self, loaded: Loaded) -> Snapshot:
        """Return a loaded state as a snapshot."""
        state = b"" if loaded.state is None else self._shapes.to_json(loaded.state)
        return Snapshot(loaded.stream, loaded.head, self.reducer, state)

    def _start(self, stream: StreamId) -> Loaded:
        snapshot = self._latest(stream)
        if snapshot is None or snapshot.reducer != self.reducer:
            return Loaded(stream, self.aggregate.decider.initial, Head(), Tail(), strong=False)
        state = None
        if snapshot.state:
            state = self._shapes.from_json(self.aggregate.state, snapshot.state)
        size = len(snapshot.state)
        return Loaded(stream, state, snapshot.head, Tail(), strong=False, size=size)

    def _latest(self, stream: StreamId) -> Snapshot | None:
        """Return the newest snapshot; it is a cache, so the log answers where it can't."""
        try:
            return self._snapshots.latest(stream)
        except Unavailable as error:
            logger.warning("%s is loaded without its snapshot: %s", stream, error)
            return None

    def _fold(
        self,
        base: Loaded,
        commits: Sequence[PackedCommit] | Iterator[PackedCommit],
        *,
        strong: bool,
        snapshots_taken: bool = False,
    ) -> Loaded:
        state, head, tail, size = base.state, base.head, base.tail, base.size
        for packed in commits:
            commit = self._codec.unpack(packed)
            head = head.after(packed, commit.header)
            state = self.aggregate.decider.fold(state, (event.data for event in commit.events))
            taken = snapshots_taken and commit.header.snapshot_due != SnapshotDue.NO
            tail = Tail() if taken else tail.with_commit(commit)
            size += commit.content
        return replace(
            base,
            state=state,
            head=head,
            tail=tail,
            size=size,
            strong=strong or self._events.strong,
        )


def _contiguous(version: int, commits: Sequence[PackedCommit]) -> bool:
    for commit in commits:
        if commit.version != version + 1:
            return False
        version = commit.last
    return True


def commit_at(events: EventStore, stream: StreamId, version: int) -> PackedCommit:
    """Return the commit that starts at a version; raises CorruptStream if it isn't there."""
    commit = events.commit_at(stream, version)
    if commit is None:
        message = f"{stream} has no commit at version {version}"
        raise CorruptStream(message)
    return commit
