"""What a request costs: as DynamoDB Local counted it, or by the documented rule where it can't."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Item = dict[str, Any]
"""As DynamoDB's JSON spells it: ``{"version": {"N": "1"}}``, binaries in base64."""

WRITE_UNIT: Final = 1024
"""Bytes of an item that one write unit pays for."""
TRANSACTED: Final = 2
"""What a unit counts for in a transaction."""
READS: Final = frozenset({"BatchGetItem", "GetItem", "Query", "Scan"})
REFUSALS: Final = (
    "ConditionalCheckFailedException",
    "DuplicateItem",
    "DuplicateItemException",
    "TransactionCanceledException",
)
"""Errors that say that a condition failed, and so are charged for."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Requests, capacity units, and the bytes of the requests' and the answers' bodies."""

    requests: int = 0
    read_units: float = 0.0
    write_units: float = 0.0
    bytes_sent: int = 0
    bytes_received: int = 0
    computed: bool = False
    """Whether some units are by the rule, and not as DynamoDB Local counted them."""

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.requests + other.requests,
            self.read_units + other.read_units,
            self.write_units + other.write_units,
            self.bytes_sent + other.bytes_sent,
            self.bytes_received + other.bytes_received,
            self.computed or other.computed,
        )


@dataclass(frozen=True, slots=True)
class Call:
    """One request and its answer, both as JSON; ``rivals`` are the items that refused it."""

    action: str
    asked: dict[str, Any]
    answer: dict[str, Any]
    bytes_sent: int
    bytes_received: int
    rivals: Sequence[Item | None] = ()

    @property
    def refused(self) -> bool:
        """Whether a condition failed."""
        return str(self.answer.get("__type", "")).endswith(REFUSALS)

    @property
    def cost(self) -> Cost:
        """What AWS would charge for it."""
        reads, writes, computed = self._units()
        return Cost(1, reads, writes, self.bytes_sent, self.bytes_received, computed)

    def _units(self) -> tuple[float, float, bool]:
        """Return read units, write units, and whether these are by the rule."""
        if self.refused or self.action in ("TransactWriteItems", "ExecuteStatement"):
            if "__type" in self.answer and not self.refused:
                return 0.0, 0.0, False
            factor = TRANSACTED if self.action == "TransactWriteItems" else 1
            return 0.0, factor * float(sum(self._written())), True
        consumed = self.answer.get("ConsumedCapacity", [])
        tables = consumed if isinstance(consumed, list) else [consumed]
        units = float(sum(table["CapacityUnits"] for table in tables))
        return (units, 0.0, False) if self.action in READS else (0.0, units, False)

    def _written(self) -> Iterable[int]:
        """Yield the units of each item: of the larger one, where an old one stood in the way."""
        items = [item for _, item in written(self.action, self.asked)]
        rivals = [*self.rivals, *[None] * (len(items) - len(self.rivals))]
        for item, rival in zip(items, rivals, strict=True):
            yield write_units(max(item_size(item), item_size(rival or {})))


def written(action: str, asked: Mapping[str, Any]) -> list[tuple[str, Item]]:
    """Return what a request would write, each (table, item)."""
    if action == "PutItem":
        return [(asked["TableName"], asked["Item"])]
    if action == "TransactWriteItems":
        puts = [each["Put"] for each in asked["TransactItems"]]
        return [(put["TableName"], put["Item"]) for put in puts]
    if action == "ExecuteStatement":
        (table,) = re.findall(r'INSERT INTO "([^"]+)"', asked["Statement"])
        names = re.findall(r"'([^']+)': ?\?", asked["Statement"])
        return [(table, dict(zip(names, asked["Parameters"], strict=True)))]
    return []


def write_units(size: int) -> int:
    """Return the units for an item of so many bytes."""
    return max(1, -(-size // WRITE_UNIT))


def item_size(item: Item) -> int:
    """Return the bytes that an item counts for (documented as "item sizes and formats")."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Mapping[str, Any]) -> int:
    (kind,) = value
    content = value[kind]
    match kind:
        case "S":
            return len(str(content).encode())
        case "B":
            return len(base64.b64decode(content))
        case "N":
            return _number_size(content)
        case "L":
            return 3 + sum(1 + _size(each) for each in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _size(each) for name, each in content.items())
        case _:  # a boolean or a null
            return 1


def _number_size(number: str) -> int:
    """Return a byte for each two digits that signify, counted from the point, and one or two."""
    whole, _, fraction = number.lstrip("-").partition(".")
    digits = whole.zfill(len(whole) + len(whole) % 2) + fraction + "0" * (len(fraction) % 2)
    signify = re.sub(r"^(00)+|(00)+$", "", digits)
    return len(signify) // 2 + 1 + number.startswith("-")
