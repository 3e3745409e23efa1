"""What a request may bring along: headers, ids in the path, filters, order and paging."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.entrypoints.http.headers import YEARS
from chalicelib.entrypoints.http.openapi.headers import VERSION_TAG
from chalicelib.entrypoints.http.openapi.terms import CURSOR, IDENTIFIER, MOMENT, TEXT, Json, ref
from chalicelib.services.consistency import MAX_LENGTH
from chalicelib.services.documents import MAX_INTEGER, fields_of
from chalicelib.services.queries import MAX_WAIT
from chalicelib.services.query_language import DEFAULT_LIMIT, MAX_LIMIT, MAX_SEARCHED, MAX_VALUE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    from chalicelib.services.documents import Field

_MEANING: Final[Mapping[str, str]] = {
    "gt": "above",
    "gte": "at least",
    "lt": "below",
    "lte": "at most",
}
_KINDS: Final[Mapping[str, Json]] = {
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer", "minimum": -MAX_INTEGER, "maximum": MAX_INTEGER},
    "amount": {"type": "number", "multipleOf": 0.01, "minimum": -1e12, "maximum": 1e12},
    "time": MOMENT,
    "day": {"type": "string", "format": "date"},
    "text": {"type": "string", "maxLength": MAX_VALUE},
}
_ORDERED: Final = ("integer", "amount", "time", "day")
"""The kinds whose comparisons are listed; texts can be compared too, by their code points."""


def _header(name: str, schema: Json, description: str) -> Json:
    return {"name": name, "in": "header", "description": description, "schema": schema}


def _query(name: str, schema: Json, description: str) -> Json:
    return {"name": name, "in": "query", "description": description, "schema": schema}


SHARED: Final[Mapping[str, Json]] = {
    "CorrelationId": _header(
        "X-Correlation-Id", IDENTIFIER, "The conversation that this belongs to; it comes back."
    ),
    "Trace": _header("X-Amzn-Trace-Id", TEXT, "The X-Ray trace that this belongs to."),
    "IdempotencyKey": _header(
        "Idempotency-Key",
        IDENTIFIER,
        "Makes it safe to repeat the command: with the same key it happens once.",
    ),
    "IfMatch": _header(
        "If-Match",
        {"type": "string", "pattern": VERSION_TAG, "examples": ['"1"']},
        'Refuse the command unless the stream is at this version; `"0"`: unless it is new.',
    ),
    "EffectiveAt": _header(
        "Nexus-Effective-At",
        MOMENT,
        "When it happened, if that was not now; a policy decides whether you may say so. "
        f"In the years {YEARS[0]} to {YEARS[-1]}.",
    ),
    "Consistency": _header(
        "Nexus-Consistency",
        {"type": "string", "minLength": 1, "maxLength": MAX_LENGTH},
        "The `consistencyToken` of a command: the answer shows its write, or is a 503.",
    ),
    "Prefer": _header(
        "Prefer",
        {"type": "string", "examples": ["wait=2"]},
        f"`wait=2`: the answer may wait two seconds for that write; at most {MAX_WAIT:g}.",
    ),
    "IfNoneMatch": _header(
        "If-None-Match",
        {"type": "string", "examples": ['"1"']},
        "The `ETag` that you have: if it is the present one, 304 without a body.",
    ),
    "CacheControl": _header(
        "Cache-Control",
        {"type": "string", "examples": ["no-cache"]},
        "`no-cache`: no answer that was kept.",
    ),
    "Words": _query(
        "q",
        {"type": "string", "minLength": 1, "maxLength": MAX_VALUE, "examples": ["order-1"]},
        f"Only those whose texts have all these 1 to {MAX_SEARCHED} words, or words that begin so.",
    ),
    "Limit": _query(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        "How many at most; fewer if they take more than 4 MB.",
    ),
    "Cursor": _query(
        "cursor", CURSOR, "Where to go on: `next` of the page before; the rest as it was."
    ),
}


def shared(*names: str) -> list[Json]:
    """Return references to shared parameters; each request may name its conversation."""
    return [ref("parameters", name) for name in (*names, "CorrelationId")]


def path(name: str, schema: Json = IDENTIFIER, description: str = "") -> Json:
    """Return a part of the path."""
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description or "Percent-encode it once.",
        "schema": schema,
    }


def captured(name: str, document: type[Any]) -> Json:
    """Return a part of the path that is a filter."""
    field = fields_of(document)[name]
    plain = field.kind.name == "text" and not field.choices
    return path(name, IDENTIFIER if plain else _values(field))


def filters(document: type[Any], without: Collection[str]) -> list[Json]:
    """Return a parameter for each question about each field."""
    return [
        parameter
        for name, field in fields_of(document).items()
        if name not in without
        for parameter in _filters(name, field)
    ]


def _filters(name: str, field: Field) -> list[Json]:
    kind = _values(field)
    equal = _query(name, kind, f"Only those whose `{name}` is this.")
    if field.kind.name not in _ORDERED:
        return [equal]
    return [
        equal,
        *(
            _query(f"{name}[{operator}]", kind, f"Only those whose `{name}` is {meaning} this.")
            for operator, meaning in _MEANING.items()
        ),
    ]


def _values(field: Field) -> Json:
    """Return the schema of what a field can be compared with."""
    if field.choices:
        return {"type": "string", "enum": list(field.choices)}
    return _KINDS[field.kind.name]


def sort(document: type[Any], default: str) -> Json:
    """Return the parameter that orders a list."""
    names = [name for name, field in fields_of(document).items() if not field.optional]
    orders = [*names, *(f"-{name}" for name in names)]
    schema = {"type": "string", "enum": orders, "default": default}
    return _query("sort", schema, "By which field; `-` for descending.")
