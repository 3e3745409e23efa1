"""Who is fed by what in the embedded runtime, as event-source mappings say on AWS."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.embedded.bus import SqliteEventBus
from chalicelib.adapters.embedded.event_store import SqliteEventStore
from chalicelib.adapters.embedded.feeds import ChangeFeed, ReplayFeed, TopicFeed
from chalicelib.adapters.embedded.mappings import Mapping
from chalicelib.kernel.commit import Path
from chalicelib.services.dead_letters import DeadLetterBox
from chalicelib.services.event_router import Topic
from chalicelib.services.places import (
    ClearableLetters,
    ClearablePositions,
    IndexedReadModels,
    Places,
)
from chalicelib.services.rebuilds import Rebuilder
from chalicelib.wiring.container import ROUTER, Ports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from chalicelib.adapters.embedded.bus import Checkpoints
    from chalicelib.adapters.embedded.feeds import Feed
    from chalicelib.adapters.embedded.folder import DataFolder
    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.kernel.stream import StreamId
    from chalicelib.wiring.container import System

ROUTING: Final = f"{ROUTER}.changes"
"""The router's mapping."""
TOPIC_OF: Final = {Path.CORE: Topic.CORE, Path.SECONDARY: Topic.SECONDARY}


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedPorts(Ports):
    """The ports as the embedded runtime has them: here indexes are made and dropped."""

    read_models: IndexedReadModels
    positions: ClearablePositions
    dead_letters: ClearableLetters


@dataclass(frozen=True, slots=True)
class Fed:
    """A consumer's handler on one feed; its name is the consumer's, a dot, and the feed's."""

    name: str
    feed: Feed
    handle: Callable[[Sequence[PackedCommit]], None]


class Mappings:
    """All mappings of a data folder, the router's first; and what they have put aside."""

    def __init__(
        self, folder: DataFolder, ports: EmbeddedPorts, system: System, checkpoints: Checkpoints
    ) -> None:
        self._store = SqliteEventStore(folder.event_store)
        self._bus = SqliteEventBus(folder.bus)
        self._checkpoints = checkpoints
        self._system = system
        places = Places(ports.read_models, ports.positions, ports.dead_letters)
        self.rebuilders = {
            handler.projection.name: Rebuilder(
                (handler, *system.superseded[handler.projection.name]),
                places,
                ports.lineups,
                router=ROUTER,
                recorded=self._store.newest,
                now=ports.now,
            )
            for handler in system.projections
        }
        """By projection."""
        self._boxes = [
            (fed, DeadLetterBox(fed.name, ports.dead_letters, fed.handle, ports.events, ports.now))
            for fed in self._all()
        ]

    def mappings(self) -> list[Mapping]:
        """Return the mappings; what a handler fails on for good is put aside as a dead letter."""
        fed = [Mapping(fed.name, fed.feed, fed.handle, box.put) for fed, box in self._boxes]
        return fed + [self._replay(each) for each in self.rebuilders.values()]

    def redrivers(self) -> dict[str, Callable[[StreamId], bool]]:
        """Return, by the consumer that a dead letter names, what makes it go on."""
        return {fed.name: box.redrive for fed, box in self._boxes}

    def open(self) -> None:
        """Have each projection go on where the end of a process has stopped it; raises Unavailable.

        And forget how far consumers have come that are not here: should one come back, as after a
        roll-back, it is filled from the history again, for the bus keeps nothing for it.
        """
        self._checkpoints.keep_only([mapping.name for mapping in self.mappings()])
        for each in self.rebuilders.values():
            each.open()

    def _all(self) -> Iterator[Fed]:
        yield Fed(ROUTING, ChangeFeed(self._store), self._system.router.handle)
        for name, rebuilder in self.rebuilders.items():
            for path in sorted(rebuilder.paths):
                feed = TopicFeed(self._bus, TOPIC_OF[path])
                yield Fed(f"{name}.{path}", feed, rebuilder.deliver)
        due = TopicFeed(self._bus, Topic.SNAPSHOTS_DUE)
        yield Fed("snapshots.due", due, self._system.snapshots.handle)

    def _replay(self, rebuilder: Rebuilder) -> Mapping:
        published = partial(self._checkpoints.get, ROUTING)
        feed = ReplayFeed(self._store, rebuilder.under_way, published)

        def replay(commits: Sequence[PackedCommit]) -> None:
            if feed.reading is not None:
                rebuilder.replay(feed.reading, commits)

        def put_aside(commit: PackedCommit, failure: Exception, _attempts: int) -> None:
            if feed.reading is not None:
                rebuilder.put_aside(feed.reading, commit, failure)

        return Mapping(f"{rebuilder.name}.rebuild", feed, replay, put_aside)
