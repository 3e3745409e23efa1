"""Rate limits: the port that counts, the arithmetic that both adapters share, a limit for callers.

The generic cell rate algorithm (ITU-T I.371): a key has one number, the theoretical arrival time
of its next request. Whoever comes earlier than that by more than the burst allows is too early.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.kernel.errors import TooManyRequests

if TYPE_CHECKING:
    from chalicelib.kernel.commit import Principal

DEFAULT_TEMPORAL_RATE: Final = 50
"""Reads of the past per second that each caller may make."""
SECOND: Final = 1_000_000
"""Microseconds."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests per second in the long run, and so many at once. Both at least 1."""

    per_second: int
    burst: int

    @property
    def interval(self) -> int:
        """Microseconds from one request to the next in the long run, never too few."""
        return -(-SECOND // self.per_second)

    def latest(self, now: int) -> int:
        """Return the theoretical arrival time up to which a request may come now."""
        return now + (self.burst - 1) * self.interval


class RateLimits(Protocol):
    """Counts requests by key, whoever asks from wherever."""

    def take(self, key: str, rate: Rate) -> None:
        """Count a request in.

        Raises TooManyRequests, and then it does not count: of any span of time, no more than the
        burst and the rate over that span get through. Raises Unavailable.
        """


@dataclass(frozen=True, slots=True)
class CallerLimit:
    """The same rate for each caller of something, as of temporal reads."""

    name: str
    rate: Rate
    limits: RateLimits

    def take(self, principal: Principal) -> None:
        """Count a caller's request in; raises TooManyRequests or Unavailable."""
        caller = f"{principal.tenant} {principal.kind} {principal.id}"
        self.limits.take(f"{self.name} {caller}", self.rate)


def microseconds(at: datetime) -> int:
    """Return a time as whole microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def refuse(rate: Rate, early: int) -> TooManyRequests:
    """Return the error for a request that came so many microseconds too early."""
    message = f"there may be {rate.per_second} requests in a second, and {rate.burst} at once"
    return TooManyRequests(message, early / SECOND)
