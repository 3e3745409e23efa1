"""A clock that only moves when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class ManualClock:
    """Tells the time as ``now`` and as seconds since it was made; sleeping takes no time."""

    def __init__(self, start: datetime = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)) -> None:
        self._start = start
        self._passed = timedelta()

    def now(self) -> datetime:
        """Return the time of day, in UTC."""
        return self._start + self._passed

    def seconds(self) -> float:
        """Return the seconds since the start, as a monotonic clock does."""
        return self._passed.total_seconds()

    def sleep(self, seconds: float) -> None:
        """Move on by so many seconds."""
        self._passed += timedelta(seconds=seconds)
