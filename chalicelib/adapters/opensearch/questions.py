"""Queries as OpenSearch takes them. Values are values: nothing in them is ever parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.opensearch.documents import MAX_INTEGER, MIN_INTEGER, term
from chalicelib.adapters.texts import storable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.adapters.opensearch.layout import Kinds
    from chalicelib.services.read_models import Filter, Query, Scalar

NOTHING: Final[dict[str, Any]] = {"match_none": {}}
_MISSING: Final = {int: MIN_INTEGER, bool: -(2**31), str: None}
"""By kind of field, as what OpenSearch sorts a document without it, where those come first."""


def matching(
    tenant: str, filters: Iterable[Filter], kinds: Kinds, words: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the query for a tenant's documents for which all filters hold."""
    conditions = [
        {"term": {"tenant": storable(tenant)}},
        {"term": {"found": True}},
        *(_condition(each, kinds.get(each.field)) for each in filters),
        *({"prefix": {"words": {"value": storable(word)}}} for word in words),
    ]
    return {"bool": {"filter": conditions}}


def search(query: Query, kinds: Kinds) -> dict[str, Any] | None:
    """Return the body of a search without its size; None if nothing can lie behind ``after``."""
    kind = kinds.get(query.sort.field)
    direction, missing = ("desc", "_last") if query.sort.descending else ("asc", "_first")
    by_field = {f"fields.{query.sort.field}": {"order": direction, "missing": missing}}
    body = {
        "query": matching(query.tenant, query.filters, kinds, query.words),
        "sort": [*([by_field] if kind else []), {"id": {"order": direction}}],
    }
    if query.after is None:
        return body
    value, document_id = query.after
    if value is not None and type(value) is not kind:
        return None
    behind = [storable(document_id)]
    return body | {"search_after": [_place(value, kind), *behind] if kind else behind}


def _place(value: Scalar, kind: type[Scalar]) -> Scalar:
    match value:
        case None:
            return _MISSING[kind]
        case str():
            return term(value)
        case _:
            return max(MIN_INTEGER, min(int(value), MAX_INTEGER))


def _condition(condition: Filter, kind: type[Scalar] | None) -> dict[str, Any]:
    """Return one filter; one of another type than its field never holds."""
    field, value = f"fields.{condition.field}", condition.value
    if kind is None or type(value) is not kind:
        return NOTHING
    if isinstance(value, int) and not MIN_INTEGER <= value <= MAX_INTEGER:
        upwards = condition.operator.startswith("g")
        holds = condition.operator != "eq" and upwards == (value < 0)
        return {"exists": {"field": field}} if holds else NOTHING
    place = term(value) if isinstance(value, str) else value
    if condition.operator == "eq":
        return {"term": {field: {"value": place}}}
    return {"range": {field: {condition.operator: place}}}
