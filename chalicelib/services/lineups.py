"""Lineups: which index of a projection answers, which is being filled, which one it was before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime


class State(StrEnum):
    """How the filling of an index stands."""

    RUNNING = "running"
    HELD = "held"
    """Filled, but not what the present one is: an operator decides."""
    DONE = "done"
    FAILED = "failed"
    """The present one stays."""
    DISCARDED = "discarded"


UNDER_WAY = frozenset({State.RUNNING, State.HELD})


@dataclass(frozen=True, slots=True)
class Rebuild:
    """The filling of an index: how many commits of the history it has handled, and its outcome.

    ``error`` is why it failed, or is held.
    """

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


@dataclass(frozen=True, slots=True)
class Lineup:
    """The indexes of one projection; ``revision`` counts its changes.

    ``live`` answers queries, none before the first is filled; ``previous`` did so before, and is
    kept for a roll-back. All of ``fed`` get what is delivered.
    """

    projection: str
    live: str | None = None
    previous: str | None = None
    rebuild: Rebuild | None = None
    """The last one, or the one under way."""
    leaving: tuple[str, ...] = ()
    """What is still to be dropped."""
    revision: int = 0

    @property
    def next(self) -> Rebuild | None:
        """The filling that is under way, if any."""
        last = self.rebuild
        return last if last is not None and last.state in UNDER_WAY else None

    @property
    def fed(self) -> tuple[str, ...]:
        """The indexes that are kept up to date, the one that answers first."""
        coming = self.next.index if self.next else None
        return tuple(each for each in (self.live, coming, self.previous) if each is not None)

    def without(self, indexes: Collection[str]) -> Lineup:
        """Return it without some indexes, which leave."""
        coming = self.next
        rebuild = self.rebuild
        if coming is not None and coming.index in indexes:
            rebuild = replace(coming, state=State.FAILED, error="its index is gone")
        return replace(
            self,
            live=None if self.live in indexes else self.live,
            previous=None if self.previous in indexes else self.previous,
            rebuild=rebuild,
            leaving=(*self.leaving, *indexes),
        )

    def changed(self, **fields: object) -> Lineup:
        """Return it with other fields, as its next revision."""
        return replace(self, revision=self.revision + 1, **fields)  # type: ignore[arg-type] # of the fields' types, which mypy can't see


class Lineups(Protocol):
    """The lineup of each projection. Each method raises Unavailable if it could not be done."""

    def get(self, projection: str) -> Lineup:
        """Return it; an empty one of revision 0 for a projection that was never seen."""

    def put(self, lineup: Lineup) -> bool:
        """Keep it in the place of the revision before; false if somebody else was quicker."""
