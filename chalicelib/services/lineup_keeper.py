"""The keeper of a lineup: who reads and changes the record, and knows who fills each index."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import Unavailable
from chalicelib.services.places import version_of
from chalicelib.services.positions import published

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.kernel.commit import PackedCommit, Path
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.lineups import Lineup, Lineups
    from chalicelib.services.places import Places
    from chalicelib.services.projections import ProjectionHandler

logger = logging.getLogger(__name__)


class LineupKeeper:
    """The lineup of one projection, as all that feed and exchange its indexes share it.

    ``handlers`` fill indexes: one for each version that is known, the declared one first.
    ``router`` is the consumer that publishes.
    """

    def __init__(
        self,
        handlers: Sequence[ProjectionHandler],
        places: Places,
        lineups: Lineups,
        router: str,
    ) -> None:
        self.projection = handlers[0].projection
        self.name = self.projection.name
        self.places = places
        self.lock = threading.RLock()
        """Held while an index is written or the lineup is changed."""
        self._handlers = {each.projection.version: each for each in handlers}
        self._lineups = lineups
        self._router = router

    @property
    def paths(self) -> frozenset[Path]:
        """The paths that any of its versions follows."""
        return frozenset(path for each in self._handlers.values() for path in each.projection.paths)

    @property
    def sources(self) -> frozenset[str]:
        """The aggregates that any of its versions follows."""
        handlers = self._handlers.values()
        return frozenset(source for each in handlers for source in each.projection.sources)

    def lineup(self) -> Lineup:
        """Return which index is what; raises Unavailable."""
        return self._lineups.get(self.name)

    def handler(self, index: str, lineup: Lineup) -> ProjectionHandler:
        """Return who fills an index; what nobody asks yet need not be visible at once."""
        return self._handlers[version_of(index)].beside(index, visible=index == lineup.live)

    def redrive(self, index: str, lineup: Lineup, stream: StreamId) -> bool:
        """Make a stream of an index go on as far as it is public; false if it stops again."""
        positions = self.places.positions
        mark = positions.get(self._router, stream)
        if mark.parked is None:
            return self.handler(index, lineup).redrive(stream)
        shown = positions.get(lineup.live, stream).version if lineup.live else 0
        return self.handler(index, lineup).redrive(stream, max(mark.version, shown))

    def public(self, commits: Sequence[PackedCommit]) -> Sequence[PackedCommit]:
        """Return commits without those that the router holds back."""
        return published(commits, self.places.positions.parked(self._router))

    def keep(self, lineup: Lineup) -> Lineup:
        """Keep a lineup as the next revision; raises Unavailable if somebody was quicker."""
        lineup = replace(lineup, revision=lineup.revision + 1)
        if not self._lineups.put(lineup):
            raise Unavailable(f"the indexes of {self.name} have been changed meanwhile; ask again")
        return lineup

    def tidy(self, lineup: Lineup) -> Lineup:
        """Keep a lineup, then drop what has left it; what can't be dropped is so at a next time."""
        lineup = self.keep(lineup)
        if not lineup.leaving:
            return lineup
        try:
            for index in lineup.leaving:
                self.places.drop(index)
        except Unavailable as error:
            logger.warning("%s is dropped later: %s", ", ".join(lineup.leaving), error)
            return lineup
        return self.keep(replace(lineup, leaving=()))

    def is_lost(self, index: str) -> bool:
        """Tell whether nobody knows how to fill it, or its documents are gone."""
        handler = self._handlers.get(version_of(index))
        return handler is None or not self.places.has(index, handler.projection)

    def is_outdated(self, index: str | None) -> bool:
        """Tell whether it is of another version than the declared one."""
        return index is None or version_of(index) != self.projection.version
