"""From a scalar to the schema that pydantic's core compiles: strict and, at the edge, limited."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError
from pydantic_core import core_schema as core

from chalicelib.kernel.values import ID_PATTERN, Limits, is_identifier, read_day, read_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.kernel.forms import Scalar


def scalar(form: Scalar, *, limited: bool) -> CoreSchema:
    """Return the core schema of a scalar; unless it is limited, only the type is checked."""
    return _SCHEMAS[form.kind](form.limits if limited else None)


def _flag(limits: Limits | None) -> CoreSchema:
    return core.bool_schema(strict=True)


def _text(limits: Limits | None) -> CoreSchema:
    if limits is None:
        return core.str_schema(strict=True)
    text = core.str_schema(
        strict=True,
        min_length=limits.min_length,
        max_length=limits.max_length,
        pattern=limits.pattern,
    )
    if limits.pattern != ID_PATTERN:
        return text
    return core.no_info_after_validator_function(_identifier, text)


def _identifier(text: str) -> str:
    """Refuse the two names that the pattern can't: ``.`` and ``..``."""
    if not is_identifier(text):
        raise PydanticKnownError("string_pattern_mismatch", {"pattern": ID_PATTERN})
    return text


def _whole(limits: Limits | None) -> CoreSchema:
    if limits is None:
        return core.int_schema(strict=True)
    return core.int_schema(
        strict=True,
        ge=-(2**63) if limits.minimum is None else int(limits.minimum),
        gt=None if limits.above is None else int(limits.above),
        le=2**63 - 1 if limits.maximum is None else int(limits.maximum),
    )


def _number(limits: Limits | None) -> CoreSchema:
    bounds = limits or Limits()
    number = core.decimal_schema(
        strict=True,
        ge=None if bounds.minimum is None else Decimal(bounds.minimum),
        gt=None if bounds.above is None else Decimal(bounds.above),
        le=None if bounds.maximum is None else Decimal(bounds.maximum),
        max_digits=bounds.digits,
        decimal_places=bounds.places,
    )
    exact = core.no_info_before_validator_function(_exact, number)
    if bounds.digits is None or bounds.places is None:
        return exact
    step = Decimal(1).scaleb(-bounds.places)
    # 5, 5.0 and 5.000 become 5.00, so that a repeated command has the same hash; -0 becomes 0.
    return core.no_info_after_validator_function(lambda value: (value + 0).quantize(step), exact)


def _exact(value: object) -> object:
    """Take a whole number for an exact one; not a flag, though Python has it that True is 1."""
    return Decimal(value) if type(value) is int else value


def _moment(limits: Limits | None) -> CoreSchema:
    moment = core.datetime_schema(strict=True, tz_constraint="aware")
    return core.no_info_before_validator_function(_reader(read_moment, "moment"), moment)


def _day(limits: Limits | None) -> CoreSchema:
    day = core.date_schema(strict=True)
    return core.no_info_before_validator_function(_reader(read_day, "day"), day)


def _reader(read: Callable[[str], date], fault: str) -> Callable[[object], object]:
    """Return what reads a text; other values pass, as those from Avro are read already."""

    def convert(value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return read(value)
        except ValueError:
            raise PydanticCustomError(fault, fault) from None

    return convert


_SCHEMAS: Final[Mapping[type[Any], Callable[[Limits | None], CoreSchema]]] = {
    bool: _flag,
    int: _whole,
    str: _text,
    Decimal: _number,
    datetime: _moment,
    date: _day,
}
