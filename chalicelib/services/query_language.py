"""The query language: query-string parameters become a Query, or a precise refusal.

``status=paid``, ``totalAmount[gte]=50``, ``q=ada love``, ``sort=-placedAt``, ``limit=20``,
``cursor=...``
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.errors import Fault, InvalidInput
from chalicelib.services.cursors import decode_cursor, encode_cursor
from chalicelib.services.documents import MAX_WORD, fields_of, words_of
from chalicelib.services.read_models import Filter, Query, Sort

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from chalicelib.services.documents import Field
    from chalicelib.services.read_models import Document, Scalar

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200
MAX_PAGE: Final = 4 * 1024 * 1024
"""Bytes of JSON at which a page ends, however few its items; one is always given."""
MAX_VALUE: Final = 500
OPERATORS: Final = ("eq", "gt", "gte", "lt", "lte")
MAX_FILTERS: Final = 100
"""Conditions that one query may have."""
MAX_SEARCHED: Final = 10
"""Words that may be searched for at once."""
SINGLE: Final = ("limit", "cursor", "sort", "q")
"""Parameters that are no fields."""
_PARAMETER: Final = re.compile(r"(?P<field>[A-Za-z0-9]+)(\[(?P<operator>[a-z]+)\])?")

Parameters = list[tuple[str, str]]
"""A query string's (name, value) pairs, decoded, in their order."""


class QueryLanguage:
    """What can be asked of one document type in one index."""

    def __init__(self, index: str, document: type[Any]) -> None:
        self._index = index
        self._fields = fields_of(document)

    def filters(self, parameters: Iterable[tuple[str, str]]) -> tuple[Filter, ...]:
        """Read parameters as filters; raises InvalidInput that names each one that is none."""
        parameters = list(parameters)
        if len(parameters) > MAX_FILTERS:
            message = f"a query has at most {MAX_FILTERS} conditions, not {len(parameters)}"
            raise InvalidInput(message)
        found, faults = [], []
        for name, value in parameters:
            try:
                found.append(self._filter(name, value))
            except ValueError as error:
                faults.append(Fault(name[:100], str(error)))
        if faults:
            message = "the query has parameters that can't be understood"
            raise InvalidInput(message, faults)
        return tuple(found)

    def query(
        self, tenant: str, parameters: Parameters, fixed: Mapping[str, str], default_sort: str
    ) -> Query:
        """Read a list's parameters; ``fixed`` filters come from the route. Raises InvalidInput."""
        single = _single({name: value for name, value in parameters if name in SINGLE}, parameters)
        rest = [pair for pair in parameters if pair[0] not in SINGLE]
        query = Query(
            tenant,
            filters=self.filters([*fixed.items(), *rest]),
            sort=self._sort(single.get("sort", default_sort)),
            limit=_limit(single.get("limit")),
            size=MAX_PAGE,
            words=_searched(single.get("q")),
        )
        cursor = single.get("cursor")
        if cursor is None:
            return query
        kind = self._fields[query.sort.field].kind.stored
        return replace(query, after=decode_cursor(self._index, query, kind, cursor))

    def cursor(self, query: Query, last: Document) -> str:
        """Return the cursor that goes on behind a document."""
        return encode_cursor(self._index, query, (last.fields[query.sort.field], last.id))

    def _filter(self, name: str, value: str) -> Filter:
        parts = _PARAMETER.fullmatch(name)
        field = self._fields.get(parts["field"]) if parts else None
        if parts is None or field is None:
            message = f"no such field; there are {', '.join(self._fields)}"
            raise ValueError(message)
        operator = parts["operator"] or "eq"
        if operator not in OPERATORS:
            message = f"no such operator; there are {', '.join(OPERATORS)}"
            raise ValueError(message)
        return Filter(parts["field"], operator, _read(field, value))

    def _sort(self, text: str) -> Sort:
        name = text.removeprefix("-")
        field = self._fields.get(name)
        if field is None or field.optional:
            sortable = [name for name, field in self._fields.items() if not field.optional]
            message = f"can't sort by {name[:100]!r}"
            raise InvalidInput(message, [Fault("sort", f"one of {', '.join(sortable)}, or -field")])
        return Sort(name, descending=text.startswith("-"))


def _read(field: Field, value: str) -> Scalar:
    if field.choices and value not in field.choices:
        message = f"{value[:100]!r} is none of {', '.join(field.choices)}"
        raise ValueError(message)
    if len(value) <= MAX_VALUE:
        with suppress(ValueError, KeyError, OverflowError):
            return field.kind.read(value)
    message = f"{value[:100]!r} is no {field.kind.name}"
    raise ValueError(message)


def _single(values: dict[str, str], parameters: Sequence[tuple[str, str]]) -> dict[str, str]:
    for name in values:
        if sum(1 for other, _ in parameters if other == name) > 1:
            message = f"{name} is given more than once"
            raise InvalidInput(message, [Fault(name, "give it once")])
    return values


def _searched(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    words = words_of(text[: MAX_VALUE + 1])
    if len(text) > MAX_VALUE or not 1 <= len(words) <= MAX_SEARCHED:
        message = f"q is 1 to {MAX_SEARCHED} words, or their beginnings"
        raise InvalidInput(message, [Fault("q", f"{text[:100]!r} is not")])
    return tuple(word[:MAX_WORD] for word in words)


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= MAX_LIMIT:
        message = f"limit is a whole number from 1 to {MAX_LIMIT}"
        raise InvalidInput(message, [Fault("limit", f"{text[:100]!r} is not")])
    return int(text)
