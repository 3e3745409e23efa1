"""Rate limits in memory: all requests come to this one process, and a restart may forget them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from chalicelib.services.rate_limits import Rate, microseconds, refuse

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

MOST_KEYS: Final = 10_000
"""Keys to remember before those that mean nothing any more are forgotten."""


class MemoryRateLimits:
    """Implements RateLimits."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._arrivals: dict[str, int] = {}
        self._most = MOST_KEYS

    def take(self, key: str, rate: Rate) -> None:
        with self._lock:
            now = microseconds(self._now())
            arrival = max(self._arrivals.get(key, now), now)
            if arrival > rate.latest(now):
                raise refuse(rate, arrival - rate.latest(now))
            if len(self._arrivals) >= self._most:
                self._forget(now)
            self._arrivals[key] = arrival + rate.interval

    def _forget(self, now: int) -> None:
        """Forget the keys that are as good as new; look again once there are twice the others."""
        self._arrivals = {key: at for key, at in self._arrivals.items() if at > now}
        self._most = max(MOST_KEYS, 2 * len(self._arrivals))
