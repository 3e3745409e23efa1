"""Rebuilds: a new index of a projection, filled from all of history, beside the one that answers.

All indexes of a lineup get what is delivered, and the new one gets the history too. So at any
moment each is complete or unseen, and which one answers is a matter of one pointer.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import NotFound, Rejected, Unavailable
from chalicelib.services.lineups import Rebuild, State
from chalicelib.services.places import index_after, version_of
from chalicelib.services.positions import published
from chalicelib.services.readiness import Readiness

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from chalicelib.kernel.commit import PackedCommit, Path
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.lineups import Lineup, Lineups
    from chalicelib.services.parity import Parity
    from chalicelib.services.places import Places
    from chalicelib.services.projections import ProjectionHandler


class Rebuilder:
    """The indexes of one projection; whoever feeds it does so from one thread.

    ``handlers`` fill indexes: one for each version that is known, the declared one first.
    ``router`` is the consumer that publishes, ``recorded`` tells how many commits there are: so
    much is replayed, the rest will be delivered. A crash at any moment loses nothing: what was not
    kept is replayed, and what was not tidied up is so at the next start.
    """

    def __init__(
        self,
        handlers: Sequence[ProjectionHandler],
        places: Places,
        lineups: Lineups,
        *,
        router: str,
        recorded: Callable[[], int],
        now: Callable[[], datetime],
    ) -> None:
        self.projection = handlers[0].projection
        self.name = self.projection.name
        self._handlers = {each.projection.version: each for each in handlers}
        self._places = places
        self._readiness = Readiness(places)
        self._lineups = lineups
        self._router = router
        self._recorded = recorded
        self._now = now
        self._lock = threading.RLock()
        """Held while an index is written or the lineup is changed."""

    @property
    def paths(self) -> frozenset[Path]:
        """The paths that any of its versions follows."""
        return frozenset(path for each in self._handlers.values() for path in each.projection.paths)

    def lineup(self) -> Lineup:
        """Return which index is what; raises Unavailable."""
        return self._lineups.get(self.name)

    def under_way(self) -> Rebuild | None:
        """Return the rebuild that still has to handle commits, or None; raises Unavailable."""
        coming = self.lineup().next
        return coming if coming and coming.state is State.RUNNING else None

    def open(self) -> None:
        """Make what is missing, go on with what a crash has interrupted; raises Unavailable."""
        with self._lock:
            lineup = self.lineup()
            lost = [each for each in lineup.fed if self._is_lost(each)]
            strays = self._places.strays(self.name, lineup.fed)
            self._tidy(lineup.without((*lost, *strays)))
            lineup = self.lineup()
            if lineup.next is None and self._lacks_the_declared(lineup):
                self.start()
            elif lineup.next is not None and not lineup.next.left:
                self._go_on(lineup, lineup.next)

    def start(self) -> Rebuild:
        """Begin a rebuild, unless one is under way, and return it; raises Unavailable."""
        with self._lock:
            lineup = self.lineup()
            if lineup.next is not None:
                return lineup.next
            last = lineup.rebuild.index if lineup.rebuild else None
            index = index_after(self.projection, last, lineup.fed)
            self._places.drop(index)
            self._places.make(index, self.projection)
            begun = Rebuild(index, State.RUNNING, 0, self._recorded(), self._now())
            return self._go_on(lineup, begun)

    def deliver(self, commits: Sequence[PackedCommit]) -> None:
        """Handle what was published; raises Unavailable, and then it may come again."""
        with self._lock:
            lineup = self.lineup()
            for index in lineup.fed:
                self._handler(index, lineup).handle(commits)

    def replay(self, running: Rebuild, commits: Sequence[PackedCommit]) -> None:
        """Handle the commits of the history that are next for a rebuild, as it stood.

        They are passed over if it has ended meanwhile: of another one they are not the next. Raises
        Unavailable, and then they come again.
        """
        with self._lock:
            lineup = self.lineup()
            if lineup.next == running:
                handler = self._handler(running.index, lineup)
                handler.handle(published(commits, self._places.positions.parked(self._router)))
                handled = min(running.total, running.handled + len(commits))
                self._go_on(lineup, replace(running, handled=handled))

    def put_aside(self, running: Rebuild, commit: PackedCommit, failure: Exception) -> None:
        """Give a rebuild up, for a commit that can't even be parked; raises Unavailable."""
        told = f"could not be handled: {type(failure).__name__}: {failure}"
        with self._lock:
            if self.lineup().next == running:
                self._end(running, State.FAILED, f"{commit.stream}@{commit.version} {told}")

    def redrive(self, index: str, stream: StreamId) -> bool:
        """Make a stream of an index go on; false if it stops again, NotFound if nobody feeds it."""
        with self._lock:
            lineup = self.lineup()
            if index not in lineup.fed:
                raise NotFound(f"{index} is no index of {self.name} any more")
            return self._handler(index, lineup).redrive(stream)

    def switch(self) -> Lineup:
        """Have the index answer that is held; raises Rejected if there is none, Unavailable."""
        with self._lock:
            lineup = self.lineup()
            coming = lineup.next
            if coming is None or coming.state is not State.HELD:
                raise Rejected("nothing-held", f"no index of {self.name} waits for a decision")
            self._go_on(lineup, coming, accept=True)
            return self.lineup()

    def roll_back(self) -> Lineup:
        """Have the index answer that did so before; raises Rejected if none is kept."""
        with self._lock:
            lineup = self.lineup()
            self._places.read_models.settle(before := self._kept(lineup))
            return self._keep(lineup.changed(live=before, previous=lineup.live))

    def retire(self) -> Lineup:
        """Drop the index that answered before; raises Rejected if none is kept."""
        with self._lock:
            lineup = self.lineup()
            return self._tidy(lineup.without([self._kept(lineup)]))

    def discard(self) -> Lineup:
        """Give up the rebuild that is under way; raises Rejected if there is none."""
        with self._lock:
            lineup = self.lineup()
            if lineup.next is None or lineup.live is None:
                raise Rejected("nothing-to-discard", f"{self.name} has no rebuild to give up")
            self._end(lineup.next, State.DISCARDED)
            return self.lineup()

    def compare(self) -> Parity:
        """Compare all documents of the index that answers with those of the one to come, or before.

        Raises Rejected if there is no other, DamagedReadModel, Unavailable.
        """
        with self._lock:
            lineup = self.lineup()
            others = lineup.fed[1:]
            if lineup.live is None or not others:
                raise Rejected("nothing-to-compare", f"{self.name} has one index only")
            return self._readiness.parity_of_all(lineup.live, others[0])

    def _go_on(self, lineup: Lineup, rebuild: Rebuild, *, accept: bool = False) -> Rebuild:
        """Keep how far it is; if it is through, have the new index answer, or hold it."""
        if not rebuild.left:
            redrive = self._handler(rebuild.index, lineup).redrive
            fault = self._readiness.fault(lineup.live, rebuild.index, redrive)
            if fault is not None:
                return self._end(rebuild, State.FAILED, fault)
            self._try_again(lineup)
            self._places.read_models.settle(rebuild.index)
            parity = None if accept else self._readiness.parity(lineup, rebuild)
            if parity is None or parity.equal:
                return self._show(lineup, rebuild)
            rebuild = replace(rebuild, state=State.HELD, error=str(parity))
        self._keep(lineup.changed(rebuild=rebuild))
        return rebuild

    def _try_again(self, lineup: Lineup) -> None:
        """Have the present index go on where it has stopped: what new code applies, it does too."""
        if lineup.live is not None and not self._is_outdated(lineup.live):
            for each in self._places.positions.parked(lineup.live):
                self._handler(lineup.live, lineup).redrive(each.stream)

    def _show(self, lineup: Lineup, rebuild: Rebuild) -> Rebuild:
        done = replace(rebuild, state=State.DONE, finished_at=self._now(), error=None)
        before = [lineup.previous] if lineup.previous else []
        kept = lineup.without(before)
        self._tidy(replace(kept, live=done.index, previous=lineup.live, rebuild=done))
        return done

    def _end(self, rebuild: Rebuild, state: State, error: str | None = None) -> Rebuild:
        ended = replace(rebuild, state=state, finished_at=self._now(), error=error)
        self._tidy(replace(self.lineup().without([rebuild.index]), rebuild=ended))
        return ended

    def _tidy(self, lineup: Lineup) -> Lineup:
        """Keep a lineup, then drop what has left it; a crash in between leaves that to the next."""
        lineup = self._keep(lineup.changed())
        if not lineup.leaving:
            return lineup
        for index in lineup.leaving:
            self._places.drop(index)
        return self._keep(lineup.changed(leaving=()))

    def _keep(self, lineup: Lineup) -> Lineup:
        if not self._lineups.put(lineup):
            raise Unavailable(f"the indexes of {self.name} have been changed meanwhile; ask again")
        return lineup

    def _kept(self, lineup: Lineup) -> str:
        if lineup.previous is None:
            raise Rejected("nothing-kept", f"no index of {self.name} is kept from before")
        return lineup.previous

    def _is_lost(self, index: str) -> bool:
        """Tell whether nobody knows how to fill it, or its documents are gone."""
        handler = self._handlers.get(version_of(index))
        return handler is None or not self._places.has(index, handler.projection)

    def _lacks_the_declared(self, lineup: Lineup) -> bool:
        """Tell whether to fill an index; where it was rolled back from one, it is there."""
        kept = (lineup.live, lineup.previous)
        return lineup.live is None or all(self._is_outdated(each) for each in kept)

    def _is_outdated(self, live: str | None) -> bool:
        return live is None or version_of(live) != self.projection.version

    def _handler(self, index: str, lineup: Lineup) -> ProjectionHandler:
        """Return who fills an index; what nobody asks yet need not be visible at once."""
        return self._handlers[version_of(index)].beside(index, visible=index == lineup.live)
