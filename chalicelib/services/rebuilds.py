"""Rebuilds: a read model filled anew from all of history, beside the old one, then in its place.

The old one answers queries until the new one takes its place, and both get what is delivered
meanwhile. So there is no gap in between, and nothing has to be told to those who ask.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from chalicelib.services.positions import Positions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.positions import ParkedStream
    from chalicelib.services.projections import ProjectionHandler


class State(StrEnum):
    """How a rebuild stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """The old read model stays."""


@dataclass(frozen=True, slots=True)
class Rebuild:
    """The last rebuild of an index: how many commits of the history it has handled."""

    index: str
    state: State
    handled: int
    total: int
    started_at: datetime
    finished_at: datetime | None = None
    error: str | None = None

    @property
    def left(self) -> int:
        """How many commits are still to be handled."""
        return self.total - self.handled


class Rebuilds(Protocol):
    """The last rebuild of each index. Each method raises Unavailable if it could not be done."""

    def get(self, index: str) -> Rebuild | None:
        """Return it, or None if there was none."""

    def put(self, rebuild: Rebuild) -> None:
        """Keep it in the place of the one before."""


class Place(Protocol):
    """Where consumers write, each under its name. Raises Unavailable if it could not be done."""

    def replace(self, consumer: str, by: str) -> None:
        """Give a consumer what another has, and nothing else: all at once."""

    def clear(self, consumer: str) -> None:
        """Forget all that a consumer has."""


class PlaceOfPositions(Place, Positions, Protocol):
    """Positions, with their marks, that can be exchanged."""


@dataclass(frozen=True, slots=True)
class Places:
    """What a projection has written: its documents, its positions with their marks, its letters."""

    read_models: Place
    positions: PlaceOfPositions
    letters: Place

    def replace(self, consumer: str, by: str) -> None:
        """Give a consumer what another has: documents first, so that no position is ahead."""
        self.read_models.replace(consumer, by)
        self.positions.replace(consumer, by)
        self.letters.replace(consumer, by)

    def clear(self, consumer: str) -> None:
        """Forget all that a consumer has written."""
        self.letters.clear(consumer)
        self.positions.clear(consumer)
        self.read_models.clear(consumer)


class Rebuilder:
    """One projection's consumer, live and beside; whoever feeds it does so from one thread.

    ``router`` is the name of the consumer that publishes, ``published`` tells how many commits it
    has handled: so much of the history is replayed, the rest will be delivered. A crash at any
    moment loses nothing: what was not kept is replayed, and an exchange that broke off, repeated.
    """

    def __init__(
        self,
        live: ProjectionHandler,
        places: Places,
        rebuilds: Rebuilds,
        *,
        router: str,
        published: Callable[[], int],
        now: Callable[[], datetime],
    ) -> None:
        self.name = f"{live.consumer}.rebuild"
        self._index = live.consumer
        self._live = live
        self._beside = live.beside(self.name)
        self._places = places
        self._rebuilds = rebuilds
        self._router = router
        self._published = published
        self._now = now
        self._lock = threading.RLock()
        """Held while either read model is written or the two are exchanged."""

    def last(self) -> Rebuild | None:
        """Return the last rebuild, or None if there was none; raises Unavailable."""
        return self._rebuilds.get(self._index)

    def under_way(self) -> Rebuild | None:
        """Return the rebuild that runs, or None; raises Unavailable."""
        last = self.last()
        return last if last and last.state is State.RUNNING else None

    def start(self) -> Rebuild:
        """Begin a rebuild, or go on with the one that runs, and return it; raises Unavailable."""
        with self._lock:
            running = self.under_way()
            if running is not None:
                return running
            self._places.clear(self.name)
            rebuild = Rebuild(self._index, State.RUNNING, 0, self._published(), self._now())
            return self._keep(rebuild)

    def resume(self) -> None:
        """Tidy up what a crash has left; what was running goes on. Raises Unavailable."""
        with self._lock:
            running = self.under_way()
            if running is None:
                self._places.clear(self.name)
            elif not running.left:
                self._keep(running)

    def deliver(self, commits: Sequence[PackedCommit]) -> None:
        """Handle what was published; raises Unavailable, and then it may come again."""
        with self._lock:
            self._live.handle(commits)
            if self.under_way() is not None:
                self._beside.handle(commits)

    def replay(self, commits: Sequence[PackedCommit]) -> None:
        """Handle the next commits of the history; raises Unavailable, and then they come again."""
        with self._lock:
            running = self.under_way()
            if running is not None:
                self._beside.handle(self._publishable(commits))
                handled = min(running.total, running.handled + len(commits))
                self._keep(replace(running, handled=handled))

    def put_aside(self, commit: PackedCommit, failure: Exception, attempts: int) -> None:
        """Give up, for a commit that can't even be parked; raises Unavailable."""
        where = f"{commit.stream}@{commit.version}"
        with self._lock:
            running = self.under_way()
            if running is not None:
                reason = f"{type(failure).__name__}: {failure}"
                self._end(running, State.FAILED, f"{where} could not be handled: {reason}")

    def redrive(self, stream: StreamId) -> bool:
        """Make a stream of the live read model go on; false if it stops again."""
        with self._lock:
            return self._live.redrive(stream)

    def _publishable(self, commits: Sequence[PackedCommit]) -> list[PackedCommit]:
        """Return them without those that the router holds back: they come once it goes on."""
        parked = self._places.positions.parked(self._router)
        stopped = {each.stream: each.version for each in parked}
        return [each for each in commits if each.version <= stopped.get(each.stream, each.version)]

    def _keep(self, rebuild: Rebuild) -> Rebuild:
        """Keep how far it is; if it is through, exchange the read models.

        The last step is kept only after that: whoever crashes in between does both again.
        """
        if rebuild.left:
            self._rebuilds.put(rebuild)
            return rebuild
        behind = self._behind()
        if behind:
            first = behind[0]
            message = (
                f"{len(behind)} streams would go back, the first is {first.stream}, which stops "
                f"behind version {first.version}: {first.reason}; the old read model stays"
            )
            return self._end(rebuild, State.FAILED, message)
        self._places.replace(self._index, self.name)
        return self._end(rebuild, State.DONE)

    def _end(self, rebuild: Rebuild, state: State, error: str | None = None) -> Rebuild:
        ended = replace(rebuild, state=state, finished_at=self._now(), error=error)
        self._rebuilds.put(ended)
        self._places.clear(self.name)  # not before: without it nothing could be repeated
        return ended

    def _behind(self) -> list[ParkedStream]:
        """Return the streams that have stopped beside earlier than in the old read model.

        All others are as far as the log. Those that have gone on in the old one meanwhile, as they
        were redriven, get a try.
        """
        for each in self._stopped_earlier():
            self._beside.redrive(each.stream)
        return self._stopped_earlier()

    def _stopped_earlier(self) -> list[ParkedStream]:
        positions = self._places.positions
        return [
            each
            for each in positions.parked(self.name)
            if positions.get(self._index, each.stream).version > each.version
        ]
