"""Lineups that are mirrored by aliases: for dashboards and people, who know no lineup."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import NexusError

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.services.lineups import Lineup, Lineups

logger = logging.getLogger(__name__)


class AliasedLineups:
    """Implements Lineups on others; ``point`` is told the projection and the index that answers.

    The alias of a projection follows what was kept. Where it can't, it does with the next change.
    """

    def __init__(self, lineups: Lineups, point: Callable[[str, str], None]) -> None:
        self._lineups = lineups
        self._point = point
        self._pointed: dict[str, str] = {}

    def get(self, projection: str) -> Lineup:
        return self._lineups.get(projection)

    def put(self, lineup: Lineup) -> bool:
        kept = self._lineups.put(lineup)
        live = lineup.live
        if kept and live is not None and self._pointed.get(lineup.projection) != live:
            try:
                self._point(lineup.projection, live)
            except NexusError as error:
                logger.warning("the alias of %s stays behind: %s", lineup.projection, error)
            else:
                self._pointed[lineup.projection] = live
        return kept
