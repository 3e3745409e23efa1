"""Logical types that give exactly what they were given, or refuse it.

Of its own accord, fastavro writes a time without zone as local time, takes bytes and numbers for
what they may stand for, and lets an amount have more digits than its schema says.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import Any, Final

from fastavro.read import LOGICAL_READERS
from fastavro.write import LOGICAL_WRITERS

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)
_EXACTLY: Final = Context(prec=100, traps=[Inexact, InvalidOperation, Overflow])


def exact(definition: Any) -> Any:
    """Return a schema whose logical types are read and written here."""
    match definition:
        case {"type": "bytes", "logicalType": "decimal"} | {
            "type": "long",
            "logicalType": "timestamp-micros",
        }:
            return {**definition, "logicalType": f"exact-{definition['logicalType']}"}
        case dict():
            return {key: exact(value) for key, value in definition.items()}
        case list():
            return [exact(value) for value in definition]
        case _:
            return definition


def _write_decimal(value: object, schema: dict[str, Any]) -> bytes:
    scale, precision = schema.get("scale", 0), schema["precision"]
    # The width first: writing out 1E+999999 would take a while.
    if isinstance(value, Decimal) and (not value or value.adjusted() + scale < precision):
        scaled = value.scaleb(scale, _EXACTLY)
        units = int(scaled)
        if units == scaled:
            return units.to_bytes((units.bit_length() + 8) // 8, "big", signed=True)
    message = f"it does not fit decimal({precision},{scale})"
    raise ValueError(message)


def _read_decimal(data: bytes, schema: Any, _reader: object = None) -> Decimal:
    units = int.from_bytes(data, "big", signed=True)
    if abs(units) >= 10 ** schema["precision"]:
        message = "a decimal is wider than its schema"
        raise ValueError(message)
    return Decimal(units).scaleb(-schema.get("scale", 0), _EXACTLY)


def _write_moment(value: datetime, _schema: object) -> int:
    return (value - _EPOCH) // _TICK  # a TypeError for a time without zone


def _read_moment(microseconds: int, _schema: object, _reader: object = None) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


LOGICAL_WRITERS["bytes-exact-decimal"] = _write_decimal
LOGICAL_READERS["bytes-exact-decimal"] = _read_decimal
LOGICAL_WRITERS["long-exact-timestamp-micros"] = _write_moment
LOGICAL_READERS["long-exact-timestamp-micros"] = _read_moment
