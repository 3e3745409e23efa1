"""What validation found, in plain words: a JSON pointer and a sentence for each fault."""

from __future__ import annotations

from decimal import Decimal
from itertools import islice
from types import MappingProxyType, NoneType
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault
from chalicelib.kernel.values import ID_PATTERN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails, ValidationError

MAX_FAULTS: Final = 50
"""More than a reader can use; a large body could have as many as it has fields."""
_MAX_NAME: Final = 200
"""Characters that a fault repeats of a name that the input made up."""

_WANTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bool_type": "true or false",
        "dataclass_type": "an object",
        "int_type": "a whole number",
        "is_instance_of": "a number",
        "string_type": "text",
        "tuple_type": "an array",
    }
)

_GIVEN: Final[Mapping[type, str]] = MappingProxyType(
    {
        NoneType: "null",
        bool: "true or false",
        int: "a number",
        Decimal: "a decimal",
        str: "text",
        list: "an array",
        dict: "an object",
    }
)

_WRONG: Final[Mapping[str, str]] = MappingProxyType(
    {
        "date_type": "must be a day like 2025-01-31",
        "datetime_type": "must be a time like 2025-01-31T12:00:00Z",
        "day": "must be a day like 2025-01-31",
        "decimal_max_digits": "must have at most {max_digits} digits",
        "decimal_max_places": "must have at most {decimal_places} decimals",
        "decimal_whole_digits": "must have at most {whole_digits} digits before the point",
        "enum": "must be {expected}",
        "finite_number": "must be finite",
        "greater_than": "must be more than {gt}",
        "greater_than_equal": "must be at least {ge}",
        "invalid_key": "has a name that is not text",
        "less_than_equal": "must be at most {le}",
        "missing": "is missing",
        "moment": "must be a time like 2025-01-31T12:00:00Z",
        "string_pattern_mismatch": "must match {pattern}",
        "string_too_long": "must have at most {max_length} characters",
        "string_too_short": "must have at least {min_length} characters",
        "string_unicode": "has half a surrogate pair, which is no character",
        "timezone_aware": "must have a time zone",
        "too_long": "must have at most {max_length} items",
        "too_short": "must have at least {min_length} items",
        "unexpected_keyword_argument": "is not a known field",
    }
)

_IDENTIFIER: Final = "must be 1 to 128 of A-Z a-z 0-9 . _ ~ - and neither . nor .."


def faults(error: ValidationError) -> list[Fault]:
    """Return the first faults that a validation found, in the order of the fields."""
    details = error.errors(include_url=False)
    return [Fault(_pointer(detail), _sentence(detail)) for detail in islice(details, MAX_FAULTS)]


def _pointer(detail: ErrorDetails) -> str:
    steps = (str(step)[:_MAX_NAME] for step in detail["loc"])
    return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in steps)


def _sentence(detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in _WANTED:
        given = type(detail["input"])
        return f"must be {_WANTED[kind]}, not {_GIVEN.get(given, given.__name__)}"
    if context.get("pattern") == ID_PATTERN:
        return _IDENTIFIER
    return _WRONG.get(kind, "is not valid").format_map(context)
