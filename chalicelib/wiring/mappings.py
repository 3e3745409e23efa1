"""Who is fed by what in the embedded runtime, as event-source mappings say on AWS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.adapters.embedded.bus import SqliteEventBus
from chalicelib.adapters.embedded.event_store import SqliteEventStore
from chalicelib.adapters.embedded.feeds import ChangeFeed, HistoryFeed, ReplayFeed, TopicFeed
from chalicelib.adapters.embedded.mappings import Mapping
from chalicelib.adapters.embedded.rebuilds import SqliteRebuilds
from chalicelib.kernel.commit import Path
from chalicelib.services.dead_letters import DeadLetterBox, DeadLetters
from chalicelib.services.event_router import Topic
from chalicelib.services.read_models import ReadModels
from chalicelib.services.rebuilds import Place, PlaceOfPositions, Places, Rebuilder
from chalicelib.wiring.container import ROUTER, Ports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from chalicelib.adapters.embedded.bus import Checkpoints
    from chalicelib.adapters.embedded.feeds import Feed
    from chalicelib.adapters.embedded.folder import DataFolder
    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.projections import ProjectionHandler
    from chalicelib.services.rebuilds import Rebuilds
    from chalicelib.wiring.container import System

ROUTING: Final = f"{ROUTER}.changes"
"""The router's mapping."""
TOPIC_OF: Final = {Path.CORE: Topic.CORE, Path.SECONDARY: Topic.SECONDARY}


class PlaceOfDocuments(Place, ReadModels, Protocol):
    """Read models that can be exchanged."""


class PlaceOfLetters(Place, DeadLetters, Protocol):
    """Dead letters that can be exchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedPorts(Ports):
    """The ports as the embedded runtime has them: here a rebuild ends by an exchange."""

    read_models: PlaceOfDocuments
    positions: PlaceOfPositions
    dead_letters: PlaceOfLetters


@dataclass(frozen=True, slots=True)
class Fed:
    """A consumer's handler on one feed; its name is the consumer's, a dot, and the feed's."""

    name: str
    feed: Feed
    handle: Callable[[Sequence[PackedCommit]], None]


class Mappings:
    """All mappings of a data folder, the router's first; and what they have put aside."""

    def __init__(
        self,
        folder: DataFolder,
        ports: EmbeddedPorts,
        system: System,
        checkpoints: Checkpoints,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = SqliteEventStore(folder.event_store)
        self._bus = SqliteEventBus(folder.bus)
        self._checkpoints = checkpoints
        self._system = system
        rebuilds = SqliteRebuilds(folder.rebuilds, wake)
        self.rebuilders = {
            handler.consumer: self._rebuilder(handler, ports, rebuilds)
            for handler in system.projections
        }
        """By index."""
        self._boxes = [
            (fed, DeadLetterBox(fed.name, ports.dead_letters, fed.handle, ports.events, ports.now))
            for fed in self._all()
        ]

    def mappings(self) -> list[Mapping]:
        """Return the mappings; what a handler fails on for good is put aside as a dead letter."""
        fed = [Mapping(fed.name, fed.feed, fed.handle, box.put) for fed, box in self._boxes]
        replayed = [
            Mapping(each.name, ReplayFeed(self._store, each.under_way), each.replay, each.put_aside)
            for each in self.rebuilders.values()
        ]
        return fed + replayed

    def redrivers(self) -> dict[str, Callable[[StreamId], bool]]:
        """Return, by the consumer that a dead letter names, what makes it go on."""
        return {
            **{fed.name: box.redrive for fed, box in self._boxes},
            **{index: each.redrive for index, each in self.rebuilders.items()},
        }

    def resume(self) -> None:
        """Have rebuilds go on that the end of a process has interrupted; raises Unavailable.

        And forget how far consumers have come that are not here: should one come back, as after a
        roll-back, it starts with the history again, for the bus keeps nothing for it.
        """
        names = [mapping.name for mapping in self.mappings()]
        self._checkpoints.keep_only([*names, *map(_until, self.rebuilders)])
        for each in self.rebuilders.values():
            each.resume()

    def _all(self) -> Iterator[Fed]:
        yield Fed(ROUTING, ChangeFeed(self._store), self._system.router.handle)
        for handler in self._system.projections:
            deliver = self.rebuilders[handler.consumer].deliver
            for path in sorted(handler.projection.paths):
                feed = TopicFeed(self._bus, TOPIC_OF[path])
                yield Fed(f"{handler.consumer}.{path}", feed, deliver)
            yield Fed(f"{handler.consumer}.history", self._history(handler), deliver)
        due = TopicFeed(self._bus, Topic.SNAPSHOTS_DUE)
        yield Fed("snapshots.due", due, self._system.snapshots.handle)

    def _rebuilder(
        self, handler: ProjectionHandler, ports: EmbeddedPorts, rebuilds: Rebuilds
    ) -> Rebuilder:
        return Rebuilder(
            handler,
            Places(ports.read_models, ports.positions, ports.dead_letters),
            rebuilds,
            router=ROUTER,
            published=lambda: self._checkpoints.get(ROUTING),
            now=ports.now,
        )

    def _history(self, handler: ProjectionHandler) -> HistoryFeed:
        """What was written before this projection was first here, which the bus no longer has."""
        until = self._checkpoints.first(_until(handler.consumer), self._store.newest())
        return HistoryFeed(self._store, until)


def _until(consumer: str) -> str:
    """Return the name under which it is kept up to where a consumer starts with the history."""
    return f"{consumer}.history-until"
