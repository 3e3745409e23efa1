"""Event stores that behave as a distributed one may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.kernel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.event_store import EventStore


class WrappedStore:
    """Passes everything on; the base of the others."""

    strong = False

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self.reads = 0

    def append(self, commit: PackedCommit) -> None:
        """Pass on."""
        self._store.append(commit)

    def commit_at(self, stream: StreamId, version: int) -> PackedCommit | None:
        """Pass on."""
        self.reads += 1
        return self._store.commit_at(stream, version)

    def read(
        self,
        stream: StreamId,
        *,
        after: int = 0,
        before: int | None = None,
        strong: bool = False,
    ) -> Iterator[PackedCommit]:
        """Pass on."""
        self.reads += 1
        return self._store.read(stream, after=after, before=before, strong=strong)

    def tail(self, stream: StreamId, *, limit: int, strong: bool = False) -> Sequence[PackedCommit]:
        """Pass on."""
        self.reads += 1
        return self._store.tail(stream, limit=limit, strong=strong)


class LaggingStore(WrappedStore):
    """Its eventually consistent reads lack the last commits."""

    lag = 1

    def tail(self, stream: StreamId, *, limit: int, strong: bool = False) -> Sequence[PackedCommit]:
        """Leave the last commits out, unless asked strongly."""
        if strong:
            return super().tail(stream, limit=limit, strong=True)
        seen = super().tail(stream, limit=limit + self.lag)
        return seen[: max(0, len(seen) - self.lag)]


class RacingStore(WrappedStore):
    """Before an append, others append first, as long as there are any."""

    strong = True

    def __init__(self, store: EventStore) -> None:
        super().__init__(store)
        self.rivals: list[Callable[[], object]] = []

    def append(self, commit: PackedCommit) -> None:
        """Let a rival go first."""
        if self.rivals:
            self.rivals.pop(0)()
        super().append(commit)


class ForgetfulStore(WrappedStore):
    """Appends, and then loses the answer, as often as told."""

    strong = True
    lost_answers = 0

    def append(self, commit: PackedCommit) -> None:
        """Store the commit; perhaps say nothing of it."""
        super().append(commit)
        if self.lost_answers:
            self.lost_answers -= 1
            message = "the answer was lost"
            raise Unavailable(message)
