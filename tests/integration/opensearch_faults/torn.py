"""Deliveries that came to some indexes of a projection, and perhaps not to the others yet.

While there are any, nothing is done that may have another index answer.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chalicelib.kernel.commit import PackedCommit


class Torn:
    """By projection, the commits that are torn."""

    def __init__(self) -> None:
        self._commits: dict[str, list[PackedCommit]] = {}

    def __contains__(self, projection: str) -> bool:
        return bool(self._commits.get(projection))

    @contextmanager
    def delivering(self, projection: str, batch: Sequence[PackedCommit]) -> Iterator[None]:
        """Take a batch for torn until it was delivered."""
        torn = self._commits.setdefault(projection, [])
        torn.extend(batch)
        yield
        torn[:] = [each for each in torn if each not in batch]
