"""Avro lets a record contain itself. Without a union or an array in between, no value ever ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def endless(schema: Any) -> str | None:
    """Return the name of a record that has to contain itself, if there is one.

    The schema is as fastavro parses it: every name in full.
    """
    contains = {
        record["name"]: [name for field in record["fields"] if (name := _needed(field["type"]))]
        for record in _records(schema)
    }
    left = dict(contains)
    while ends := [name for name, needed in left.items() if not left.keys() & set(needed)]:
        for name in ends:
            del left[name]
    return next((name for name in contains if name in left), None)


def _needed(type_: Any) -> str | None:
    """Return which named type a value must contain; what may be empty needs none."""
    match type_:
        case {"type": "record", "name": str(name)} | str(name):
            return name
        case _:
            return None


def _records(type_: Any) -> Iterator[dict[str, Any]]:
    match type_:
        case {"type": "record", "fields": fields}:
            yield type_
            for field in fields:
                yield from _records(field["type"])
        case {"type": "array", "items": inner} | {"type": "map", "values": inner}:
            yield from _records(inner)
        case [*branches]:
            for branch in branches:
                yield from _records(branch)
