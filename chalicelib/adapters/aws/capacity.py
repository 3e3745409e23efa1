"""What operations cost: requests, capacity units and bytes, by operation and stream category."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

WRITE_UNIT: Final = 1024
"""Bytes of an item that one write capacity unit pays for."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Requests, read and write capacity units, and bytes sent in items or received in answers."""

    requests: int = 0
    read_units: float = 0.0
    write_units: float = 0.0
    bytes_sent: int = 0
    bytes_received: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.requests + other.requests,
            self.read_units + other.read_units,
            self.write_units + other.write_units,
            self.bytes_sent + other.bytes_sent,
            self.bytes_received + other.bytes_received,
        )


class Meter:
    """Adds up the cost of each (operation, category), as ``("append", "Order")``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._totals: dict[tuple[str, str], Cost] = defaultdict(Cost)

    def add(self, operation: str, category: str, cost: Cost) -> None:
        """Count a cost in."""
        with self._lock:
            self._totals[operation, category] += cost

    def totals(self) -> Mapping[tuple[str, str], Cost]:
        """Return what was spent since the start."""
        with self._lock:
            return dict(self._totals)

    def drain(self) -> Mapping[tuple[str, str], Cost]:
        """Return what was spent since the last drain."""
        with self._lock:
            totals, self._totals = self._totals, defaultdict(Cost)
            return totals


def item_size(item: Mapping[str, Mapping[str, Any]]) -> int:
    """Return the bytes that an item of strings, numbers, binaries and truths counts for.

    The rule is documented under "DynamoDB item sizes and formats": names and strings in UTF-8,
    binaries raw, a number about one byte for two digits and one more.
    """
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def write_units(size: int) -> int:
    """Return the units that writing an item of so many bytes takes."""
    return max(1, -(-size // WRITE_UNIT))


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "N":
        return (len(content.lstrip("-")) + 1) // 2 + 1
    if kind == "BOOL":
        return 1
    return len(content.encode() if isinstance(content, str) else content)
