"""Filters, order and groups of the read models as SQL over their JSON fields.

Values are always bound. A field's name enters the text of a statement, so it is checked.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final, TypeAlias

from chalicelib.adapters.texts import storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.services.read_models import Filter, Query, Scalar

Condition: TypeAlias = tuple[str, list[object]]
"""SQL, and the values for its placeholders."""

MAX_INTEGER: Final = 2**63 - 1
MIN_INTEGER: Final = -(2**63)
_NAME: Final = re.compile(r"[A-Za-z0-9]+")
_OPERATORS: Final[Mapping[str, str]] = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def value_of(field: str) -> str:
    """Return the SQL of a field's value: true is 1, false 0, and null or missing NULL."""
    return f"json_extract(fields, '{_path(field)}')"


def type_of(field: str) -> str:
    """Return the SQL of the name of a field's JSON type."""
    return f"json_type(fields, '{_path(field)}')"


def order_of(field: str) -> str:
    """Return the SQL of what a field is sorted by: NULL, which no comparison finds, goes first."""
    return f"ifnull({value_of(field)}, -9e999)"


def bound(value: Scalar) -> object:
    """Return a value as SQLite can hold it, which compares with every stored one as it should."""
    match value:
        case int() if value > MAX_INTEGER:
            return math.inf
        case int() if value < MIN_INTEGER:
            return -math.inf
        case str():
            return storable(value)
        case _:
            return value


def all_of(filters: Iterable[Filter]) -> Condition:
    """Return the condition that all filters hold; one of another type than its field never does."""
    parts, values = ["body IS NOT NULL"], []
    for each in filters:
        operator = _OPERATORS[each.operator]
        parts.append(f"{type_of(each.field)} IN ({_types(each.value)})")
        parts.append(f"{value_of(each.field)} {operator} ?")
        values.append(bound(each.value))
    return " AND ".join(parts), values


def behind(query: Query) -> Condition:
    """Return the condition that a document lies behind the query's ``after``."""
    if query.after is None:
        return "TRUE", []
    value, document_id = query.after
    side = "<" if query.sort.descending else ">"
    first = -math.inf if value is None else bound(value)
    return f"({order_of(query.sort.field)}, id) {side} (?, ?)", [first, storable(document_id)]


def _path(field: str) -> str:
    if not _NAME.fullmatch(field):
        message = f"{field!r} is no name of a field"
        raise ValueError(message)
    return f"$.{field}"


def _types(value: Scalar) -> str:
    match value:
        case bool():
            return "'true', 'false'"
        case int():
            return "'integer'"
        case str():
            return "'text'"
        case None:
            return ""
