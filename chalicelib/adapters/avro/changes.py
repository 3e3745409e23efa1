"""What differs between two Avro schemas, field by field, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from chalicelib.adapters.avro.syntax import Malformed, type_of
from chalicelib.adapters.avro.types import Type
from chalicelib.kernel.errors import SchemaViolation

Words: TypeAlias = Mapping[str, str]
"""What is said of a field, by topic: its type, its default, its doc, ..."""

_TOLD_OTHERWISE: Final = ("type", "name", "namespace", "fields", "nexus")


@dataclass(frozen=True, slots=True)
class Change:
    """What an old and a new schema say of one field; only the topics in which they differ."""

    field: str
    """The dotted path; empty: the event as a whole."""
    kind: str
    """One of added, removed, changed."""
    before: Words
    after: Words


def changes(old: Any | None, new: Any) -> list[Change]:
    """Return what differs; without an old one, all is added.

    Raises SchemaViolation for a schema that is none.
    """
    before, after = {} if old is None else _outline(old), _outline(new)
    places = dict.fromkeys((*before, *after))
    return [
        change
        for place in places
        for change in _change(place, before.get(place, {}), after.get(place, {}))
    ]


def _change(place: str, before: Words, after: Words) -> Iterator[Change]:
    if not before:
        yield Change(place, "added", before, after)
    elif not after:
        yield Change(place, "removed", before, after)
    elif before != after:
        topics = [each for each in {**before, **after} if before.get(each) != after.get(each)]
        sides = ({each: side[each] for each in topics if each in side} for side in (before, after))
        yield Change(place, "changed", *sides)


def _outline(definition: Any) -> dict[str, Words]:
    """Return what is said by place; the fields of a record are told where it is met first."""
    try:
        type_ = type_of(definition)
    except Malformed as error:
        raise SchemaViolation(f"this is no Avro schema: {error}") from error
    said = definition if isinstance(definition, Mapping) else {}
    governance = said.get("nexus")
    of_all = {**said, **(governance if isinstance(governance, Mapping) else {})}
    outline: dict[str, Words] = {"": {"type": str(type_), **_words(of_all)}}
    todo, met = [("", type_)], set[Type]()
    while todo:
        place, type_ = todo.pop()
        for record in _records(type_):
            for field in () if record in met else record.fields:
                inner = f"{place}.{field.name}".lstrip(".")
                outline[inner] = {"type": str(field.type), **_words(field.said)}
                todo.append((inner, field.type))
            met.add(record)
    return outline


def _records(type_: Type) -> Iterator[Type]:
    if type_.kind == "record":
        yield type_
    for part in type_.parts:
        yield from _records(part)


def _words(said: Mapping[str, Any]) -> Words:
    return {
        topic: value if topic != "default" and isinstance(value, str) else json.dumps(value)
        for topic, value in said.items()
        if topic not in _TOLD_OTHERWISE
    }
