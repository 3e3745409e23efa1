"""Who is fed by what in the embedded runtime, as event-source mappings say on AWS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.embedded.bus import SqliteEventBus
from chalicelib.adapters.embedded.event_store import SqliteEventStore
from chalicelib.adapters.embedded.feeds import ChangeFeed, HistoryFeed, TopicFeed
from chalicelib.adapters.embedded.mappings import Mapping
from chalicelib.kernel.commit import Path
from chalicelib.services.dead_letters import DeadLetterBox
from chalicelib.services.event_router import Topic
from chalicelib.wiring.container import ROUTER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from chalicelib.adapters.embedded.bus import Checkpoints
    from chalicelib.adapters.embedded.feeds import Feed
    from chalicelib.adapters.embedded.folder import DataFolder
    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.projections import ProjectionHandler
    from chalicelib.wiring.container import Ports, System

TOPIC_OF: Final = {Path.CORE: Topic.CORE, Path.SECONDARY: Topic.SECONDARY}


@dataclass(frozen=True, slots=True)
class Fed:
    """A consumer's handler on one feed; its name is the consumer's, a dot, and the feed's."""

    name: str
    feed: Feed
    handle: Callable[[Sequence[PackedCommit]], None]


class Mappings:
    """All mappings of a data folder, the router's first; and what they have put aside."""

    def __init__(
        self, folder: DataFolder, ports: Ports, system: System, checkpoints: Checkpoints
    ) -> None:
        self._store = SqliteEventStore(folder.event_store)
        self._bus = SqliteEventBus(folder.bus)
        self._checkpoints = checkpoints
        self._system = system
        self._boxes = [
            (fed, DeadLetterBox(fed.name, ports.dead_letters, fed.handle, ports.events, ports.now))
            for fed in self._all()
        ]

    def mappings(self) -> list[Mapping]:
        """Return the mappings; what a handler fails on for good is put aside as a dead letter."""
        return [Mapping(fed.name, fed.feed, fed.handle, box.put) for fed, box in self._boxes]

    def redrivers(self) -> dict[str, Callable[[StreamId], bool]]:
        """Return, by the mapping that a dead letter names, what hands it to its handler again."""
        return {fed.name: box.redrive for fed, box in self._boxes}

    def _all(self) -> Iterator[Fed]:
        yield Fed(f"{ROUTER}.changes", ChangeFeed(self._store), self._system.router.handle)
        for handler in self._system.projections:
            for path in sorted(handler.projection.paths):
                feed = TopicFeed(self._bus, TOPIC_OF[path])
                yield Fed(f"{handler.consumer}.{path}", feed, handler.handle)
            yield Fed(f"{handler.consumer}.history", self._history(handler), handler.handle)
        due = TopicFeed(self._bus, Topic.SNAPSHOTS_DUE)
        yield Fed("snapshots.due", due, self._system.snapshots.handle)

    def _history(self, handler: ProjectionHandler) -> HistoryFeed:
        """What was written before this projection was first here, which the bus no longer has."""
        name = f"{handler.consumer}.history-until"
        return HistoryFeed(self._store, self._checkpoints.first(name, self._store.newest()))
