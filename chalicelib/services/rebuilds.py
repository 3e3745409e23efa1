"""Rebuilds: a new index of a projection, filled from all of history, beside the one that answers.

All indexes of a lineup get what is delivered, and the new one gets the history too. So at any
moment each is complete or unseen, and which one answers is a matter of one pointer.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import Rejected, Unavailable
from chalicelib.services.feeding import Feeder
from chalicelib.services.lineup_keeper import LineupKeeper
from chalicelib.services.lineups import Rebuild, State
from chalicelib.services.places import index_after
from chalicelib.services.readiness import Readiness

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.services.lineups import Lineup, Lineups
    from chalicelib.services.parity import Parity
    from chalicelib.services.places import Places
    from chalicelib.services.projections import ProjectionHandler


class Rebuilder:
    """The indexes of one projection, and how they are exchanged; ``feeder`` feeds them.

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
        self.keeper = LineupKeeper(handlers, places, lineups, router)
        self.feeder = Feeder(self.keeper, now)
        self.projection = self.keeper.projection
        self.name = self.keeper.name
        self._places = places
        self._readiness = Readiness(places)
        self._lock = self.keeper.lock
        self._recorded = recorded
        self._now = now

    def lineup(self) -> Lineup:
        """Return which index is what; raises Unavailable."""
        return self.keeper.lineup()

    def under_way(self) -> Rebuild | None:
        """Return the rebuild that still has to handle commits, or None; raises Unavailable."""
        coming = self.lineup().next
        return coming if coming and coming.state is State.RUNNING else None

    def open(self) -> None:
        """Make what is missing, go on with what a crash has interrupted; raises Unavailable."""
        with self._lock:
            lineup = self.lineup()
            lost = [each for each in lineup.fed if self.keeper.is_lost(each)]
            if lineup.next is not None and self.keeper.is_outdated(lineup.next.index):
                lost.append(lineup.next.index)  # another version is declared by now
            strays = self._places.strays(self.name, lineup.fed)
            self.keeper.tidy(lineup.without((*lost, *strays)))
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
            # Noted before it is made: what a crash leaves behind is dropped at the next start.
            noted = self.keeper.keep(lineup.without([index]))
            self._places.drop(index)
            self._places.make(index, self.projection)
            begun = Rebuild(index, State.RUNNING, 0, self._recorded(), self._now())
            leaving = tuple(each for each in lineup.leaving if each != index)
            return self._go_on(replace(noted, leaving=leaving), begun)

    def replay(self, running: Rebuild, commits: Sequence[PackedCommit]) -> None:
        """Handle the commits of the history that are next for a rebuild, as it stood.

        They are passed over if it has ended meanwhile: of another one they are not the next. Raises
        Unavailable, and then they come again.
        """
        with self._lock:
            lineup = self.lineup()
            if lineup.next == running:
                handler = self.keeper.handler(running.index, lineup)
                handler.handle(self.keeper.public(commits))
                handled = min(running.total, running.handled + len(commits))
                self._go_on(lineup, replace(running, handled=handled))

    def put_aside(self, running: Rebuild, commit: PackedCommit, failure: Exception) -> None:
        """Give a rebuild up, for a commit that can't even be parked; raises Unavailable."""
        told = f"could not be handled: {type(failure).__name__}: {failure}"
        with self._lock:
            if self.lineup().next == running:
                self._end(running, State.FAILED, f"{commit.stream}@{commit.version} {told}")

    def switch(self) -> Lineup:
        """Have the index answer that is held; raises Rejected if there is none, Unavailable."""
        with self._lock:
            lineup = self.lineup()
            if lineup.held is None:
                raise Rejected("nothing-held", f"no index of {self.name} waits for a decision")
            self._go_on(lineup, lineup.held, accept=True)
            return self.lineup()

    def roll_back(self) -> Lineup:
        """Have the index answer that did so before; raises Rejected if none is kept, Unavailable.

        It goes on first in what has stopped in it alone; what stops again is shown as it was there.
        """
        with self._lock:
            lineup = self.lineup()
            before = self._kept(lineup)
            lineup = self._prepared(lineup, before)
            self._places.read_models.settle(before)
            return self.keeper.keep(replace(lineup, live=before, previous=lineup.live))

    def retire(self) -> Lineup:
        """Drop the index that answered before; raises Rejected if none is kept."""
        with self._lock:
            lineup = self.lineup()
            return self.keeper.tidy(lineup.without([self._kept(lineup)]))

    def discard(self) -> Lineup:
        """Give up the rebuild that is under way; raises Rejected if there is none."""
        with self._lock:
            lineup = self.lineup()
            if lineup.next is None or lineup.live is None:
                raise Rejected("nothing-to-discard", f"{self.name} has no rebuild to give up")
            self._end(lineup.next, State.DISCARDED)
            return self.lineup()

    def compare(self) -> Parity:
        """Compare all documents of the index that answers with those of the one held, or before.

        Commits are delivered meanwhile. Raises Rejected if there is no other, DamagedReadModel,
        Unavailable.
        """
        lineup = self.lineup()
        other = lineup.held.index if lineup.held else lineup.previous
        if lineup.live is None or other is None:
            raise Rejected("nothing-to-compare", f"{self.name} has no other index that is filled")
        parity = self._readiness.parity_of_all(lineup.live, other, self._lock)
        if not {lineup.live, other} <= set(self.lineup().fed):
            raise Unavailable(f"the indexes of {self.name} have been changed meanwhile; ask again")
        return parity

    def _go_on(self, lineup: Lineup, rebuild: Rebuild, *, accept: bool = False) -> Rebuild:
        """Keep how far it is; if it is through, have the new index answer, or hold it."""
        if not rebuild.left:
            lineup = self._without_lost(lineup)
            self._try_again(lineup)
            lineup = self._prepared(lineup, rebuild.index)
            fault = lineup.live and self._readiness.fault(lineup.live, rebuild.index)
            if fault is not None:
                return self._end(rebuild, State.FAILED, fault)
            self._places.read_models.settle(rebuild.index)
            parity = None if accept else self._readiness.parity(lineup, rebuild)
            if parity is None or parity.equal:
                return self._show(lineup, rebuild)
            rebuild = replace(rebuild, state=State.HELD, error=str(parity))
        self.keeper.keep(replace(lineup, rebuild=rebuild))
        return rebuild

    def _without_lost(self, lineup: Lineup) -> Lineup:
        """Return it without a present index that is gone: nothing is to be compared with that."""
        lost = lineup.live is not None and self.keeper.is_lost(lineup.live)
        return lineup.without([lineup.live]) if lineup.live and lost else lineup

    def _prepared(self, lineup: Lineup, index: str) -> Lineup:
        """Bring an index that is to answer as far as the one that does; may raise any."""
        lineup = self.feeder.even_out(lineup, index)
        if lineup.live is not None:
            redrive = partial(self.keeper.redrive, index, lineup)
            self._readiness.go_on(lineup.live, index, redrive)
        return lineup

    def _try_again(self, lineup: Lineup) -> None:
        """Have the present index go on where it has stopped: what new code applies, it does too."""
        if lineup.live is not None and not self.keeper.is_outdated(lineup.live):
            for each in self._places.positions.parked(lineup.live):
                self.keeper.redrive(lineup.live, lineup, each.stream)

    def _show(self, lineup: Lineup, rebuild: Rebuild) -> Rebuild:
        done = replace(rebuild, state=State.DONE, finished_at=self._now(), error=None)
        before = [lineup.previous] if lineup.previous else []
        kept = lineup.without(before)
        self.keeper.tidy(replace(kept, live=done.index, previous=lineup.live, rebuild=done))
        return done

    def _end(self, rebuild: Rebuild, state: State, error: str | None = None) -> Rebuild:
        ended = replace(rebuild, state=state, finished_at=self._now(), error=error)
        self.keeper.tidy(replace(self.lineup().without([rebuild.index]), rebuild=ended))
        return ended

    def _kept(self, lineup: Lineup) -> str:
        if lineup.previous is None:
            raise Rejected("nothing-kept", f"no index of {self.name} is kept from before")
        return lineup.previous

    def _lacks_the_declared(self, lineup: Lineup) -> bool:
        """Tell whether to fill an index; not after a roll-back from one, or if it was given up."""
        known, last = [lineup.live, lineup.previous], lineup.rebuild
        if last is not None and last.state is State.DISCARDED:
            known.append(last.index)
        return lineup.live is None or all(self.keeper.is_outdated(each) for each in known)
