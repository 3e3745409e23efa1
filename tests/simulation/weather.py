"""The weather of a run: which faults strike, how often, and which are held back to shrink it."""

from __future__ import annotations

import random
from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """What can go wrong."""

    LOST_REQUEST = "lost request"
    """Nothing is done, and the caller knows no more than Unavailable."""
    LOST_ANSWER = "lost answer"
    """It is done, and the caller is told Unavailable."""
    LATE_REQUEST = "late request"
    """The caller is told Unavailable, and later it is done all the same."""
    REPEATED_REQUEST = "repeated request"
    """It is done, and done again later, as when a client below retries."""
    PARTIAL_WRITE = "partial write"
    """Of several things some are done, and the caller is told Unavailable."""
    CRASH_BEFORE = "crash before"
    """The process ends before its request is sent."""
    CRASH_AFTER = "crash after"
    """The process ends after its request was done."""
    STALE_TAIL = "stale tail"
    """An eventually consistent read lacks the last commits."""
    TORN_TAIL = "torn tail"
    """An eventually consistent read lacks one in the middle."""
    STALE_SNAPSHOT = "stale snapshot"
    """The newest snapshot is not seen yet."""
    FOREIGN_SNAPSHOT = "foreign snapshot"
    """A snapshot by another reducer lies there, newest of all."""
    DUPLICATE_DELIVERY = "duplicate delivery"
    """A record that was handled comes again."""
    DISORDER = "disorder"
    """A batch is taken from anywhere, in any order."""
    DELAY = "delay"
    """A record is visible to its consumer only after a while."""
    POISON = "poison"
    """A consumer can't take a record, for a while or until it is mended."""
    CLOCK_BACK = "clock back"
    """The clock jumps back."""


CRASHES: Final = (Kind.CRASH_BEFORE, Kind.CRASH_AFTER)

RATES: Final[Mapping[Kind, tuple[float, ...]]] = {
    Kind.LOST_REQUEST: (0, 0.01, 0.06),
    Kind.LOST_ANSWER: (0, 0.03, 0.12),
    Kind.LATE_REQUEST: (0, 0.02, 0.08),
    Kind.REPEATED_REQUEST: (0, 0.02, 0.08),
    Kind.PARTIAL_WRITE: (0, 0.05, 0.2),
    Kind.CRASH_BEFORE: (0, 0.005, 0.03),
    Kind.CRASH_AFTER: (0, 0.01, 0.05),
    Kind.STALE_TAIL: (0, 0.2, 0.6),
    Kind.TORN_TAIL: (0, 0.05, 0.2),
    Kind.STALE_SNAPSHOT: (0, 0.1, 0.5),
    Kind.FOREIGN_SNAPSHOT: (0, 0.3, 1),
    Kind.DUPLICATE_DELIVERY: (0, 0.05, 0.3),
    Kind.DISORDER: (0, 0.2, 0.8),
    Kind.DELAY: (0, 0.1, 0.4),
    Kind.POISON: (0, 0.3, 1),
    Kind.CLOCK_BACK: (0, 0.05, 0.2),
}
"""Chances to choose from for each seed: some seeds lack a fault, so that others show."""


class Weather:
    """Draws faults by (seed, actor), so that holding one back leaves the others where they are.

    ``only`` names the faults that may strike, as ``writer-1/lost answer/3``; None: all may.
    Actors may be threads that run at the same time.
    """

    def __init__(
        self,
        seed: int,
        only: frozenset[str] | None = None,
        rates: Mapping[Any, tuple[float, ...]] = RATES,
    ) -> None:
        self.calm = False
        self.struck: list[str] = []
        self._kinds: list[StrEnum] = []
        self._seed = seed
        self._only = only
        self._chances: dict[str, random.Random] = {}
        self._drawn: Counter[tuple[str, StrEnum]] = Counter()
        chance = random.Random(f"{seed}/weather")
        self._rates = {kind: chance.choice(choices) for kind, choices in rates.items()}

    @property
    def counts(self) -> Counter[Any]:
        """How often each kind has struck."""
        return Counter(self._kinds)

    def strikes(self, kind: StrEnum, who: str) -> bool:
        """Tell whether a fault strikes an actor now."""
        rate = self._rates[kind]
        if self.calm or not rate or self.chance(who).random() >= rate:
            return False
        self._drawn[who, kind] += 1
        name = f"{who}/{kind}/{self._drawn[who, kind]}"
        if self._only is not None and name not in self._only:
            return False
        self.struck.append(name)
        self._kinds.append(kind)
        return True

    def chance(self, who: str) -> random.Random:
        """Return an actor's own source of chance."""
        found = self._chances.get(who)
        if found is None:
            found = self._chances[who] = random.Random(f"{self._seed}/{who}")
        return found
