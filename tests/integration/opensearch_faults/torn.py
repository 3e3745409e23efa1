"""Holds back what may have an index answer that lacks what another one has shown.

That is after a delivery that came to some indexes of a projection, and perhaps not to the others;
and a roll-back to an index which has not been delivered yet what was replayed into the other one.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.services.lineups import Lineup
    from tests.integration.opensearch_faults.ports import Book


@dataclass
class Torn:
    """By projection, the commits that are torn."""

    book: Book
    commits: dict[str, list[PackedCommit]] = field(default_factory=dict)

    def __contains__(self, projection: str) -> bool:
        return bool(self.commits.get(projection))

    @contextmanager
    def delivering(self, projection: str, batch: Sequence[PackedCommit]) -> Iterator[None]:
        """Take a batch for torn until it was delivered."""
        torn = self.commits.setdefault(projection, [])
        torn.extend(batch)
        yield
        torn[:] = [each for each in torn if each not in batch]

    def lags(self, lineup: Lineup) -> bool:
        """Tell whether the index from before lacks what the one that answers has."""
        before = self.book.of(lineup.previous or "")
        shown = self.book.of(lineup.live or "")
        return any(before.get(stream, 0) < version for stream, version in shown.items())
