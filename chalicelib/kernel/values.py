"""Values that messages are made of, with their limits declared once.

``Limits`` is data, in the terms that JSON Schema uses. Whoever validates at an edge reads it; the
kernel itself checks nothing, so history is never refused by a limit that came later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Annotated, Final

ID_PATTERN: Final = r"^[A-Za-z0-9._~-]{1,128}$"
MONEY_DIGITS: Final = 14
MONEY_PLACES: Final = 2

_HUNDREDTH: Final = Decimal("0.01")
_EXACT: Final = Context(prec=40, traps=[Inexact, InvalidOperation])
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(
    _DAY.pattern + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_ID: Final = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._~-]{1,128}")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a value may be. Lengths in characters (of a sequence: items)."""

    minimum: Decimal | int | None = None
    above: Decimal | int | None = None
    maximum: Decimal | int | None = None
    digits: int | None = None
    places: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None


Identifier = Annotated[str, Limits(min_length=1, max_length=128, pattern=ID_PATTERN)]
"""An id given by a caller: ``[A-Za-z0-9._~-]``, 1 to 128 characters, not ``.`` or ``..``."""

Money = Annotated[Decimal, Limits(minimum=0, digits=MONEY_DIGITS, places=MONEY_PLACES)]
"""An exact amount, as the schemas' ``decimal(14,2)``."""

Price = Annotated[Decimal, Limits(above=0, digits=MONEY_DIGITS, places=MONEY_PLACES)]
"""Money above nothing."""

Quantity = Annotated[int, Limits(minimum=1, maximum=1_000_000)]
Currency = Annotated[str, Limits(pattern=r"^[A-Z]{3}$")]
"""An ISO 4217 code."""

ShortText = Annotated[str, Limits(max_length=200)]


def is_identifier(text: str) -> bool:
    """Tell whether a text may name a stream, a tenant, a command or a caller's object."""
    return _ID.fullmatch(text) is not None


def read_day(text: str) -> date:
    """Return the day of a text like 2025-01-31, and no other; raises ValueError."""
    if not _DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def read_moment(text: str) -> datetime:
    """Return the time of a text like 2025-01-31T12:00:00Z, and no other, in UTC.

    The zone may be an offset, and a second have six decimals (RFC 3339). Raises ValueError.
    """
    if not _MOMENT.fullmatch(text):
        raise ValueError(text)
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error


def minor_units(amount: Decimal) -> int:
    """Return an amount in integer hundredths; raises ValueError if that can't be exact."""
    try:
        return int(amount.quantize(_HUNDREDTH, context=_EXACT).scaleb(MONEY_PLACES, _EXACT))
    except (ArithmeticError, ValueError) as error:
        message = f"{amount} is no amount of at most {MONEY_PLACES} decimal places"
        raise ValueError(message) from error


def from_minor_units(units: int) -> Decimal:
    """Return integer hundredths as an amount with two places."""
    return Decimal(units).scaleb(-MONEY_PLACES, _EXACT)
