"""What a mapping reads from: the change feed of the event store, or a topic of the bus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chalicelib.adapters.embedded.bus import SqliteEventBus
    from chalicelib.adapters.embedded.event_store import SqliteEventStore
    from chalicelib.adapters.embedded.records import Record
    from chalicelib.services.event_router import Topic
    from chalicelib.services.lineups import Rebuild


class Feed(Protocol):
    """Records in order; ``after`` is the sequence number of the last one that was handled.

    Equal feeds read the same records, and share what is trimmed.
    """

    def read(self, after: int, limit: int) -> Sequence[Record]:
        """Return the next records."""

    def waiting(self, after: int) -> int:
        """Return how many records there still are."""

    def trim(self, upto: int) -> None:
        """Forget the records up to and including a sequence number, if the feed may forget."""


@dataclass(frozen=True, slots=True)
class ChangeFeed:
    """Every commit of the event store, which forgets none."""

    store: SqliteEventStore

    def read(self, after: int, limit: int) -> Sequence[Record]:
        return self.store.changes(after, limit)

    def waiting(self, after: int) -> int:
        return self.store.waiting(after)

    def trim(self, upto: int) -> None:
        pass


@dataclass(eq=False, slots=True)
class ReplayFeed:
    """The commits that a rebuild has still to handle, while one runs; it knows itself how far.

    ``published`` is how many commits the router has handled: none is replayed before that.
    """

    store: SqliteEventStore
    under_way: Callable[[], Rebuild | None]
    published: Callable[[], int]
    reading: Rebuild | None = None
    """The rebuild as it stood when commits were last read for it."""

    def read(self, after: int, limit: int) -> Sequence[Record]:
        self.reading = rebuild = self.under_way()
        if rebuild is None:
            return []
        ready = min(rebuild.total, self.published()) - rebuild.handled
        return self.store.changes(rebuild.handled, min(limit, max(ready, 0)))

    def waiting(self, after: int) -> int:
        rebuild = self.under_way()
        return rebuild.left if rebuild else 0

    def trim(self, upto: int) -> None:
        pass


@dataclass(frozen=True, slots=True)
class TopicFeed:
    """The commits that were published to one topic."""

    bus: SqliteEventBus
    topic: Topic

    def read(self, after: int, limit: int) -> Sequence[Record]:
        return self.bus.records(self.topic, after, limit)

    def waiting(self, after: int) -> int:
        return self.bus.waiting(self.topic, after)

    def trim(self, upto: int) -> None:
        self.bus.trim(self.topic, upto)
