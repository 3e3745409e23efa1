"""Lineups: which index of a projection answers, which is being filled, which one it was before."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from chalicelib.kernel.stream import StreamId


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
    owed: Mapping[str, Mapping[StreamId, int]] = field(default_factory=dict)
    """By index, the streams in which it may lack what the live one shows, as no put succeeded, and
    up to which version at least."""
    revision: int = 0

    @property
    def next(self) -> Rebuild | None:
        """The filling that is under way, if any."""
        last = self.rebuild
        return last if last is not None and last.state in UNDER_WAY else None

    @property
    def held(self) -> Rebuild | None:
        """The filling that waits for a decision, if any."""
        return self.next if self.next is not None and self.next.state is State.HELD else None

    @property
    def fed(self) -> tuple[str, ...]:
        """The indexes that are kept up to date, the one that answers first."""
        coming = self.next.index if self.next else None
        return tuple(each for each in (self.live, coming, self.previous) if each is not None)

    def without(self, indexes: Collection[str], why: str = "its index is gone") -> Lineup:
        """Return it without some indexes, which leave; ``why`` is told of one that was filled."""
        coming = self.next
        rebuild = self.rebuild
        if coming is not None and coming.index in indexes:
            rebuild = replace(coming, state=State.FAILED, error=why)
        return replace(
            self,
            live=None if self.live in indexes else self.live,
            previous=None if self.previous in indexes else self.previous,
            rebuild=rebuild,
            leaving=(*self.leaving, *(each for each in indexes if each not in self.leaving)),
            owed={index: owed for index, owed in self.owed.items() if index not in indexes},
        )

    def owing(self, index: str, streams: Mapping[StreamId, int]) -> Lineup:
        """Return it with what an index may lack by now; nothing, if there are no streams."""
        others = {each: owed for each, owed in self.owed.items() if each != index}
        return replace(self, owed={**others, index: streams} if streams else others)


class Lineups(Protocol):
    """The lineup of each projection. Each method raises Unavailable if it could not be done."""

    def get(self, projection: str) -> Lineup:
        """Return it; an empty one of revision 0 for a projection that was never seen."""

    def put(self, lineup: Lineup) -> bool:
        """Keep it in the place of the revision before; false if somebody else was quicker."""
