"""Rules for the Avro schemas of events that JSON Schema can't state, or not as plainly.

Each takes the context and the schema and yields (field, message).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

Found: TypeAlias = Iterator[tuple[str, str]]
Rule: TypeAlias = Callable[[str, Mapping[str, Any]], Found]

_OPAQUE: Final = ("string", "bytes", ["null", "string"], ["null", "bytes"])
_NO_CLASS: Final = "no event class can have one"
_INSTEAD: Final = {
    "float": "it is inexact, so use decimal(14,2), or long in a smaller unit",
    "double": "it is inexact, so use decimal(14,2), or long in a smaller unit",
    "int": "use long, which takes the same bytes and has room",
    "map": f"{_NO_CLASS}, so use an array of records",
    "fixed": f"{_NO_CLASS}, so use string",
    "null": f"{_NO_CLASS}, so leave it out",
}
_LOGICAL: Final = {
    "decimal": "all money is bytes with precision 14 and scale 2",
    "date": "its type has to be int",
    "timestamp-micros": "its type has to be long",
    "timestamp-millis": "all times are timestamp-micros",
    "local-timestamp-millis": "all times are timestamp-micros, in UTC",
    "local-timestamp-micros": "all times are timestamp-micros, in UTC",
}


def owner_is_context(context: str, schema: Mapping[str, Any]) -> Found:
    """An event belongs to the context whose folder its schema lies in."""
    owner = schema["nexus"]["owner"]
    if owner != context:
        yield "", f"is owned by {owner}: an event belongs to its own context, {context}"


def subject_is_a_field(_context: str, schema: Mapping[str, Any]) -> Found:
    """The subject of personal data is named by a field, which is an id and so not personal."""
    subject = schema["nexus"]["subject"]
    if subject is None:
        return
    field = next((field for field in schema["fields"] if field["name"] == subject), None)
    if field is None:
        yield "", f"has the subject {subject}, which is no field of it: name one that is"
    elif field["type"] != "string" or "personal" in field:
        yield subject, "is the subject, so it has to be a string that is not personal"


def personal_is_opaque(_context: str, schema: Mapping[str, Any]) -> Found:
    """What is personal is stored encrypted, so its type has to hold ciphertext."""
    for field in schema["fields"]:
        if "personal" in field and field["type"] not in _OPAQUE:
            yield field["name"], "is personal, so its type has to be string or bytes"


def types_are_exact(_context: str, schema: Mapping[str, Any]) -> Found:
    """Each type is one that an event class can have, and means the same to every reader."""
    for field in schema["fields"]:
        yield from _type_faults(field["name"], field["type"])


def _type_faults(place: str, type_: Any) -> Found:
    match type_:
        case {"type": "long", "logicalType": "timestamp-micros"}:
            return
        case {"type": "int", "logicalType": "date"}:
            return
        case {"type": "bytes", "logicalType": "decimal", "precision": 14, "scale": 2}:
            return
        case {"logicalType": name}:
            yield place, f"is a {name}: {_LOGICAL.get(name, _NO_CLASS)}"
        case {"type": "array", "items": inner} | ["null", inner]:
            yield from _type_faults(place, inner)
        case {"type": "record"}:
            yield from _record_faults(place, type_)
        case {"type": str(name)} | str(name) if name in _INSTEAD:
            yield place, f"is a {name}: {_INSTEAD[name]}"
        case list():
            yield place, 'is a union: only ["null", one type] is allowed, for what may be missing'


def _record_faults(place: str, record: Mapping[str, Any]) -> Found:
    if not record.get("doc"):
        yield place, f"is the record {record['name']} without a doc: say what it means"
    for field in record["fields"]:
        inner = f"{place}.{field['name']}"
        if not field.get("doc"):
            yield inner, "has no doc: say what it means"
        if "personal" in field:
            yield inner, "is personal: only fields of the event itself can be, move it there"
        yield from _type_faults(inner, field["type"])


RULES: Final[tuple[Rule, ...]] = (
    owner_is_context,
    subject_is_a_field,
    personal_is_opaque,
    types_are_exact,
)
