"""Avro schemas in the terms that the forms of event classes are outlined in, and compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastavro.schema import expand_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SCALARS: Final = {
    "string": "str",
    "long": "int",
    "boolean": "bool",
    "decimal": "Decimal",
    "timestamp-micros": "datetime",
    "date": "date",
}


def outline_of(definition: Mapping[str, Any]) -> Any:
    """Return what ``forms.outline`` returns for a class of the same form."""
    return _outline(expand_schema(dict(definition)))


def _outline(type_: Any) -> Any:
    match type_:
        case {"logicalType": str(name)} | str(name):
            return _SCALARS.get(name, name)
        case {"type": "record", "fields": fields}:
            return {"record": {field["name"]: _outline(field["type"]) for field in fields}}
        case {"type": "array", "items": items}:
            return {"many": _outline(items)}
        case {"type": "enum", "symbols": symbols}:
            return {"choice": sorted(symbols)}
        case ["null", other]:
            return {"maybe": _outline(other)}
        case _:
            return str(type_)


def differences(in_class: Any, in_schema: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield (field, message) for each field that class and schema do not have alike."""
    match in_class, in_schema:
        case {"record": ours}, {"record": theirs}:
            for name in {**ours, **theirs}:
                yield from _member(ours, theirs, name, f"{place}.{name}".lstrip("."))
        case ({"many": ours}, {"many": theirs}) | ({"maybe": ours}, {"maybe": theirs}):
            yield from differences(ours, theirs, place)
        case _ if in_class != in_schema:
            told = f"is {_told(in_class)} in the class and {_told(in_schema)} in the schema"
            yield place, f"{told}: correct the class, or add a version of the schema"


def _member(
    ours: Mapping[str, Any], theirs: Mapping[str, Any], name: str, place: str
) -> Iterator[tuple[str, str]]:
    if name not in theirs:
        yield place, "is in the class only: take it out, or add a version of the schema with it"
    elif name not in ours:
        yield place, "is in the schema only: add it to the class, or a version without it"
    else:
        yield from differences(ours[name], theirs[name], place)


def _told(outline: Any) -> str:
    match outline:
        case {"record": members}:
            return f"a record of {', '.join(members)}"
        case {"choice": values}:
            return f"one of {', '.join(values)}"
        case {"many": item}:
            return f"any number of {_told(item)}"
        case {"maybe": value}:
            return f"{_told(value)} or nothing"
        case _:
            return str(outline)
