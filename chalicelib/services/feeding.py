"""Feeding: what is delivered goes to all indexes of a lineup, and none may hold up what answers.

Whatever the one that answers shows, each of the others has too, or it is noted that it may not.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import NexusError, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.lineup_keeper import LineupKeeper
    from chalicelib.services.lineups import Lineup

logger = logging.getLogger(__name__)

REST: Final = timedelta(seconds=10)
"""How long an index is left alone after a failure: the one that answers doesn't wait for it."""
MAX_OWED: Final = 500
"""Streams that an index may be behind in; with more, it leaves the lineup."""
_AT_ONCE: Final = 100
"""Streams that go on in one put."""


class Feeder:
    """Feeds the indexes of one projection; whoever delivers does so from one thread."""

    def __init__(self, keeper: LineupKeeper, now: Callable[[], datetime]) -> None:
        self._keeper = keeper
        self._positions = keeper.places.positions
        self._now = now
        self._rests: dict[str, datetime] = {}
        """By index, until when it is left alone."""

    def deliver(self, commits: Sequence[PackedCommit]) -> None:
        """Handle what was published; raises Unavailable, and then it may come again.

        The index that answers comes last, so that a crash in between leaves it with nothing that
        another one lacks. What another one fails in is noted, and caught up on later.
        """
        with self._keeper.lock:
            lineup = self._keeper.lineup()
            if lineup.fed:
                first, *others = lineup.fed
                for index in others:
                    lineup = self._feed_beside(lineup, index, commits)
                self._keeper.handler(first, lineup).handle(commits)

    def redrive(self, index: str, stream: StreamId) -> bool:
        """Make a stream of an index go on; false if it stops again, NotFound if nobody feeds it."""
        with self._keeper.lock:
            lineup = self._keeper.lineup()
            if index not in lineup.fed:
                raise NotFound(f"{index} is no index of {self._keeper.name} any more")
            return self._keeper.redrive(index, lineup, stream)

    def even_out(self, lineup: Lineup, index: str) -> Lineup:
        """Give an index that is to answer all that the present one has; may raise any.

        A redrive, or what was published behind a mark of the router, has brought the present one
        further. And a replay overtakes deliveries: the present one gets what that has brought, if
        it can be put, so that the two differ in nothing else.
        """
        lineup = self.catch_up(lineup, index)
        live = lineup.live
        if live is None:
            return lineup
        self._follow(lineup, index, self._positions.behind(index, live))
        try:
            self._follow(lineup, live, self._positions.behind(live, index))
        except Exception as error:  # noqa: BLE001 - it is to be replaced, perhaps because of that
            logger.warning("%s stays behind %s: %s", live, index, error)
        return lineup

    def catch_up(self, lineup: Lineup, index: str) -> Lineup:
        """Give an index what it is owed; may raise any.

        That is what was delivered even where positions don't say so: it may be shown already, as
        after a crash between the two writes.
        """
        owed = lineup.owed.get(index)
        if not owed:
            return lineup
        self._follow(lineup, index, owed)
        return self._keeper.keep(lineup.owing(index, {}))

    def _follow(self, lineup: Lineup, index: str, versions: Mapping[StreamId, int]) -> None:
        handler, streams = self._keeper.handler(index, lineup), sorted(versions)
        for begin in range(0, len(streams), _AT_ONCE):
            handler.catch_up({each: versions[each] for each in streams[begin : begin + _AT_ONCE]})

    def _feed_beside(self, lineup: Lineup, index: str, commits: Sequence[PackedCommit]) -> Lineup:
        """Feed one that does not answer; its failure stops nobody else.

        One that rests is tried all the same before it would have to leave.
        """
        owed = self._owed(lineup, index, commits)
        if self._rests_still(index) and len(owed) <= MAX_OWED:
            return self._owe(lineup, index, owed)
        try:
            lineup = self.catch_up(lineup, index)
            self._keeper.handler(index, lineup).handle(commits)
        except Exception as error:  # noqa: BLE001 - none of them may hold up the one that answers
            return self._failed(lineup, index, self._owed(lineup, index, commits), error)
        self._rests.pop(index, None)
        return lineup

    def _rests_still(self, index: str) -> bool:
        until = self._rests.get(index)
        return until is not None and self._now() < until

    def _failed(
        self, lineup: Lineup, index: str, owed: Mapping[StreamId, int], error: Exception
    ) -> Lineup:
        logger.warning("%s can't be fed, and is so later: %s", index, error)
        self._rests[index] = self._now() + REST
        if len(owed) > MAX_OWED or self._is_lost(index):
            return self._leave(lineup, index)
        return self._owe(lineup, index, owed)

    def _owe(self, lineup: Lineup, index: str, owed: Mapping[StreamId, int]) -> Lineup:
        known = lineup.owed.get(index, {})
        return lineup if owed == known else self._keeper.keep(lineup.owing(index, owed))

    def _owed(
        self, lineup: Lineup, index: str, commits: Sequence[PackedCommit]
    ) -> dict[StreamId, int]:
        """Return what an index is owed if it does not get these commits."""
        owed = dict(lineup.owed.get(index, {}))
        for each in commits:
            if each.stream.aggregate in self._keeper.sources:
                owed[each.stream] = max(each.last, owed.get(each.stream, 0))
        return owed

    def _leave(self, lineup: Lineup, index: str) -> Lineup:
        why = f"{index} can't be fed any more"
        logger.error("%s: it leaves the indexes of %s", why, self._keeper.name)
        return self._keeper.tidy(lineup.without([index], why))

    def _is_lost(self, index: str) -> bool:
        try:
            return self._keeper.is_lost(index)
        except NexusError:
            return False
