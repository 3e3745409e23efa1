"""Whether a default, as JSON has it, is a value of an Avro type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.adapters.avro.types import Type

_BITS: Final = {"int": 31, "long": 63}
_LAST_BYTE: Final = "\u00ff"
"""Bytes are written as the characters of the same numbers."""


def fits(type_: Type, value: Any) -> bool:
    """Tell whether a writer of the type could have written the value.

    For a union, any branch will do, as it does since Avro 1.12.
    """
    return _FITS[type_.kind](type_, value)


def _fits_whole(type_: Type, value: Any) -> bool:
    limit = 1 << _BITS[type_.kind]
    return isinstance(value, int) and not isinstance(value, bool) and -limit <= value < limit


def _fits_number(_type: Type, value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fits_bytes(_type: Type, value: Any) -> bool:
    return isinstance(value, str) and max(value, default="") <= _LAST_BYTE


def _fits_fixed(type_: Type, value: Any) -> bool:
    return _fits_bytes(type_, value) and len(value) == type_.size


def _fits_enum(type_: Type, value: Any) -> bool:
    return isinstance(value, str) and value in type_.symbols


def _fits_array(type_: Type, value: Any) -> bool:
    return isinstance(value, list) and all(fits(type_.parts[0], each) for each in value)


def _fits_map(type_: Type, value: Any) -> bool:
    return isinstance(value, dict) and all(fits(type_.parts[0], each) for each in value.values())


def _fits_union(type_: Type, value: Any) -> bool:
    return any(fits(branch, value) for branch in type_.parts)


def _fits_record(type_: Type, value: Any) -> bool:
    """A field that is left out has to have a default of its own."""
    return isinstance(value, dict) and all(
        fits(field.type, value[field.name]) if field.name in value else field.has_default
        for field in type_.fields
    )


_FITS: Final[dict[str, Callable[[Type, Any], bool]]] = {
    "null": lambda _type, value: value is None,
    "boolean": lambda _type, value: isinstance(value, bool),
    "int": _fits_whole,
    "long": _fits_whole,
    "float": _fits_number,
    "double": _fits_number,
    "bytes": _fits_bytes,
    "string": lambda _type, value: isinstance(value, str),
    "fixed": _fits_fixed,
    "enum": _fits_enum,
    "array": _fits_array,
    "map": _fits_map,
    "union": _fits_union,
    "record": _fits_record,
}
