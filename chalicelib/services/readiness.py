"""Readiness: whether an index that has been filled may answer in the place of the present one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.services.parity import Comparison
from chalicelib.services.places import version_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.lineups import Lineup, Rebuild
    from chalicelib.services.parity import Parity
    from chalicelib.services.places import Places
    from chalicelib.services.positions import ParkedStream


@dataclass(frozen=True, slots=True)
class Readiness:
    """Compares what the two indexes hold; each method raises Unavailable."""

    places: Places

    def go_on(self, live: str, index: str, redrive: Callable[[StreamId], bool]) -> None:
        """Redrive what has stopped in an index alone: it may have been mended meanwhile."""
        for each in self._stopped_earlier(live, index):
            redrive(each.stream)

    def fault(self, live: str, index: str) -> str | None:
        """Tell which streams have stopped in the new index earlier than in the present one.

        All others are as far as the log.
        """
        behind = self._stopped_earlier(live, index)
        if not behind:
            return None
        first = behind[0]
        return (
            f"{len(behind)} streams would go back, the first is {first.stream}, which stops "
            f"behind version {first.version}: {first.reason}; the old read model stays"
        )

    def parity(self, lineup: Lineup, rebuild: Rebuild) -> Parity | None:
        """Compare by sample; None where the present index is of another version, or there is none.

        Between versions documents differ by intent.
        """
        if lineup.live is None or version_of(lineup.live) != version_of(rebuild.index):
            return None
        return self._comparison(lineup.live).by_sample(lineup.live, rebuild.index, lineup.revision)

    def parity_of_all(self, live: str, other: str, still: AbstractContextManager[object]) -> Parity:
        """Compare all documents; in ``still`` none is put. Raises DamagedReadModel too."""
        return self._comparison(live, other).of_all(live, other, still)

    def _comparison(self, *indexes: str) -> Comparison:
        models = self.places.read_models
        for index in indexes:
            models.settle(index)
        return Comparison(models, models)

    def _stopped_earlier(self, live: str, index: str) -> list[ParkedStream]:
        positions = self.places.positions
        return [
            each
            for each in positions.parked(index)
            if positions.get(live, each.stream).version > each.version
        ]
