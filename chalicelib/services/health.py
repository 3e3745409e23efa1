"""Health: what carries events, how far it lags, and which streams have stopped where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from chalicelib.services.positions import Positions

FAILURES: Final = 3
"""Failures in a row from which on a consumer counts as down."""
SHOWN: Final = 20
"""Parked streams that the report lists."""


class ConsumerStatus(Protocol):
    """How a consumer does: its lag in records, its last error, its failures in a row."""

    @property
    def name(self) -> str: ...
    @property
    def lag(self) -> int: ...
    @property
    def error(self) -> str | None: ...
    @property
    def failures(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Health:
    """Reports on consumers and positions; ``status`` is ``ok`` or ``degraded``."""

    positions: Positions
    consumers: Callable[[], Iterable[ConsumerStatus]]

    def report(self) -> Mapping[str, object]:
        """Return the report; raises Unavailable if even that can't be had."""
        consumers = list(self.consumers())
        parked = self.positions.parked()
        down = any(each.failures >= FAILURES for each in consumers)
        return {
            "status": "degraded" if down else "ok",
            "consumers": [
                {"name": each.name, "lag": each.lag, "failures": each.failures, "error": each.error}
                for each in consumers
            ],
            "parkedCount": len(parked),
            "parked": [
                {
                    "consumer": each.consumer,
                    "stream": str(each.stream),
                    "behind": each.version,
                    "reason": each.reason,
                }
                for each in parked[:SHOWN]
            ],
        }
