"""Examples, made from schemas: values that a reader can tell apart, and that fit together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from chalicelib.entrypoints.http.openapi.terms import words
from chalicelib.kernel.values import ID_PATTERN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.entrypoints.http.openapi.terms import Json

_FORMATS: Final[Mapping[str, str]] = {
    "date-time": "2026-01-31T12:00:00.000000Z",
    "date": "2026-01-31",
}
_AMOUNT: Final = 99.99


def example(schema: Json, name: str = "value") -> Any:
    """Return a value for a schema without references; of an object, what it must have."""
    for said in ("default", "const"):
        if said in schema:
            return schema[said]
    for said in ("examples", "enum"):
        if said in schema:
            return schema[said][0]
    if "anyOf" in schema:
        return example(schema["anyOf"][0], name)
    return _KINDS[schema["type"]](schema, name)


def _object(schema: Json, name: str) -> dict[str, Any]:
    parts = schema.get("properties", {})
    return {part: example(parts[part], part) for part in schema.get("required", ())}


def _array(schema: Json, name: str) -> list[Any]:
    return [example(schema["items"], name)]


def _string(schema: Json, name: str) -> str:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    if schema.get("pattern") == ID_PATTERN:
        return re.sub(r"( id)?$", "-1", words(name).lower(), count=1).replace(" ", "-")
    if schema.get("pattern") == "^[A-Z]{3}$":
        return "USD"
    return words(name)


def _number(schema: Json, name: str) -> float:
    return float(min(_AMOUNT, schema.get("maximum", _AMOUNT)))


def _integer(schema: Json, name: str) -> int:
    return max(1, int(schema.get("minimum", 1)))


_KINDS: Final[Mapping[str, Callable[[Json, str], Any]]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "number": _number,
    "integer": _integer,
    "boolean": lambda schema, name: False,
    "null": lambda schema, name: None,
}
