"""Pairs of Avro schemas by chance: one, and what became of it by a few changes."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

PRIMITIVES: Final = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
LOGICAL: Final = (
    {"type": "long", "logicalType": "timestamp-micros"},
    {"type": "long", "logicalType": "timestamp-millis"},
    {"type": "int", "logicalType": "date"},
    {"type": "bytes", "logicalType": "decimal", "precision": 14, "scale": 2},
    {"type": "bytes", "logicalType": "decimal", "precision": 14, "scale": 3},
    {"type": "string", "logicalType": "uuid"},
)
SPACES: Final = ("left", "right")
SYMBOLS: Final = ("A", "B", "C", "D")
FIELDS: Final = ("a", "b", "c", "d", "e")
DEFAULTS: Final = {
    "null": None,
    "boolean": True,
    "int": 1,
    "long": 2,
    "float": 0.5,
    "double": 1,
    "bytes": "\u00ff",
    "string": "x",
    "array": [],
    "map": {},
}


class Schemas:
    """Valid schemas, of all that there is in Avro; the same chance gives the same ones."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._names: set[str] = set()
        self._closed: list[str] = []
        self._open: list[str] = []

    def pair(self) -> tuple[Any, Any]:
        """Return two schemas: most often one and its descendant, in either order."""
        one = self.record(3)
        other = self._descendant(one) if self._chance.random() < 0.9 else self.fresh()
        return (one, other) if self._chance.random() < 0.5 else (other, one)

    def fresh(self) -> Any:
        """Return a schema that has nothing to do with those before."""
        return Schemas(self._chance).record(3)

    def record(self, depth: int) -> dict[str, Any]:
        """Return a record, of other types down to that depth."""
        record: dict[str, Any] = {"type": "record", "name": self._name("Record")}
        self._open.append(record["name"])
        names = self._chance.sample(FIELDS, self._chance.choice((0, 1, 2, 2, 3, 3, 4)))
        record["fields"] = [self.field(name, depth) for name in names]
        self._closed.append(self._open.pop())
        return record

    def field(self, name: str, depth: int) -> dict[str, Any]:
        """Return a field, with a default if chance will have it."""
        field = {"name": name, "type": self.type(depth - 1)}
        return toggle_default(field) if self._chance.random() < 0.4 else field

    def type(self, depth: int) -> Any:
        """Return a type of any kind; at depth 0 one that has none within."""
        flat = (self._primitive, self._primitive, self._logical, self._enum, self._fixed)
        deep: tuple[Callable[[int], Any], ...] = (self._union, self._many, self.record, self._again)
        make = self._chance.choice((*flat, *deep) if depth > 0 else flat)
        return make(depth)  # type: ignore[operator]

    def _name(self, stem: str) -> str:
        while True:
            name = f"{self._chance.choice(SPACES)}.{stem}{self._chance.randint(1, 4)}"
            if name not in self._names:
                self._names.add(name)
                return name
            stem += "_"

    def _primitive(self, _depth: int) -> str:
        return self._chance.choice(PRIMITIVES)

    def _logical(self, _depth: int) -> dict[str, Any]:
        return dict(self._chance.choice(LOGICAL))

    def _enum(self, _depth: int) -> dict[str, Any]:
        symbols = self._chance.sample(SYMBOLS, self._chance.randint(1, 3))
        return {"type": "enum", "name": self._name("Enum"), "symbols": symbols}

    def _fixed(self, _depth: int) -> dict[str, Any]:
        return {"type": "fixed", "name": self._name("Fixed"), "size": self._chance.randint(1, 2)}

    def _union(self, depth: int) -> list[Any]:
        branches: dict[str, Any] = {}
        for _ in range(self._chance.randint(1, 3)):
            branch = self.type(depth - 1)
            if not isinstance(branch, list):
                branches.setdefault(identity(branch), branch)
        return list(branches.values()) or ["null"]

    def _many(self, depth: int) -> dict[str, Any]:
        kind, inner = self._chance.choice((("array", "items"), ("map", "values")))
        return {"type": kind, inner: self.type(depth - 1)}

    def _again(self, _depth: int) -> Any:
        """Return a name defined before, or a way back to the record that is being defined."""
        if self._closed and self._chance.random() < 0.5:
            return self._chance.choice(self._closed)
        back = self._chance.choice(self._open) if self._open else "int"
        return self._chance.choice((["null", back], {"type": "array", "items": back}))

    def _descendant(self, schema: Any) -> Any:
        changed = copy.deepcopy(schema)
        for _ in range(self._chance.choice((1, 1, 1, 2, 2, 3, 5))):
            change = self._chance.choice(CHANGES)
            change(self, changed, self._chance)
        mend(changed)
        return changed


def identity(branch: Any) -> str:
    """Return what a union must not have twice."""
    if isinstance(branch, str):
        return branch
    return str(branch.get("name", branch["type"]))


def toggle_default(field: dict[str, Any]) -> dict[str, Any]:
    """Give the field a default, or take it away; without one that is easily told, do nothing."""
    if "default" in field:
        return {key: value for key, value in field.items() if key != "default"}
    type_ = field["type"][0] if isinstance(field["type"], list) else field["type"]
    if isinstance(type_, dict):
        if type_["type"] == "enum":
            return {**field, "default": type_["symbols"][0]}
        if type_["type"] == "fixed":
            return {**field, "default": "\u0000" * type_["size"]}
        type_ = type_["type"]
    return {**field, "default": DEFAULTS[type_]} if type_ in DEFAULTS else field


def mend(schema: Any) -> None:
    """Give each field that has a default one that is of its type now."""
    for record in named(schema, "record"):
        record["fields"][:] = [
            toggle_default(toggle_default(field)) if "default" in field else field
            for field in record["fields"]
        ]


def places(schema: Any) -> Iterator[tuple[Any, Any]]:
    """Yield (container, key) of each type within."""
    match schema:
        case list():
            for index, branch in enumerate(schema):
                yield schema, index
                yield from places(branch)
        case {"type": "record", "fields": fields}:
            for field in fields:
                yield field, "type"
                yield from places(field["type"])
        case {"items": inner}:
            yield schema, "items"
            yield from places(inner)
        case {"values": inner}:
            yield schema, "values"
            yield from places(inner)


def named(schema: Any, *kinds: str) -> list[dict[str, Any]]:
    """Return the definitions of those kinds within, the schema itself first if it is one."""
    found = [schema, *(box[key] for box, key in places(schema))]
    return [each for each in found if isinstance(each, dict) and each["type"] in kinds]


def replace_type(schemas: Schemas, schema: Any, chance: Random) -> None:
    """Put another type in the place of one."""
    if spots := list(places(schema)):
        box, key = chance.choice(spots)
        box[key] = schemas.type(0 if isinstance(box, list) else 1)


def replace_primitive(_schemas: Schemas, schema: Any, chance: Random) -> None:
    """Put another primitive or logical type in the place of one."""
    if spots := [(box, key) for box, key in places(schema) if box[key] in (*PRIMITIVES, *LOGICAL)]:
        box, key = chance.choice(spots)
        box[key] = copy.copy(chance.choice((*PRIMITIVES, *PRIMITIVES, *LOGICAL)))


def widen_or_narrow(schemas: Schemas, schema: Any, chance: Random) -> None:
    """Make a union of a type, add a branch to one, or take one away."""
    if not (spots := list(places(schema))):
        return
    box, key = chance.choice(spots)
    if isinstance(box, list):
        box[key] = schemas.type(0)
    elif not isinstance(box[key], list):
        box[key] = [box[key], "null"] if chance.random() < 0.5 else ["null", box[key]]
    elif len(box[key]) > 1 and chance.random() < 0.5:
        box[key].pop(chance.randrange(len(box[key])))
    else:
        box[key].append(schemas.type(0))


def add_field(schemas: Schemas, schema: Any, chance: Random) -> None:
    """Add a field to a record."""
    record = chance.choice(named(schema, "record"))
    if free := sorted(set(FIELDS) - {field["name"] for field in record["fields"]}):
        field = schemas.field(chance.choice(free), 1)
        record["fields"].insert(chance.randint(0, len(record["fields"])), field)


def drop_field(_schemas: Schemas, schema: Any, chance: Random) -> None:
    """Take a field away from a record."""
    fields = chance.choice(named(schema, "record"))["fields"]
    if fields:
        fields.pop(chance.randrange(len(fields)))


def rename_field(_schemas: Schemas, schema: Any, chance: Random) -> None:
    """Rename a field, most often with its old name as an alias."""
    fields = chance.choice(named(schema, "record"))["fields"]
    free = sorted(set(FIELDS) - {field["name"] for field in fields})
    if fields and free:
        field = chance.choice(fields)
        if chance.random() < 0.8:
            field["aliases"] = [*field.get("aliases", ()), field["name"]]
        field["name"] = chance.choice(free)


def change_default(_schemas: Schemas, schema: Any, chance: Random) -> None:
    """Give a field a default, or take it away."""
    fields = chance.choice(named(schema, "record"))["fields"]
    if fields:
        index = chance.randrange(len(fields))
        fields[index] = toggle_default(fields[index])


def change_symbols(_schemas: Schemas, schema: Any, chance: Random) -> None:
    """Give an enum other symbols, with or without a default."""
    if enums := named(schema, "enum"):
        enum = chance.choice(enums)
        enum["symbols"] = chance.sample(SYMBOLS, chance.randint(1, 4))
        enum.pop("default", None)
        if chance.random() < 0.3:
            enum["default"] = enum["symbols"][0]


def change_size(_schemas: Schemas, schema: Any, chance: Random) -> None:
    """Give a fixed another size."""
    if fixed := named(schema, "fixed"):
        chance.choice(fixed)["size"] = chance.randint(1, 3)


def rename_type(schemas: Schemas, schema: Any, chance: Random) -> None:
    """Rename a type wherever it is named: within its namespace or beyond, with an alias or not."""
    type_ = chance.choice(named(schema, "record", "enum", "fixed"))
    before = type_["name"]
    space, _, stem = before.partition(".")
    moved = f"{SPACES[SPACES[0] == space]}.{stem}"
    after = chance.choice((schemas._name("Other"), moved))
    if chance.random() < 0.5:
        type_["aliases"] = [chance.choice((before, stem))]
    type_["name"] = after
    for box, key in places(schema):
        if box[key] == before:
            box[key] = after


CHANGES: Final = (
    replace_type,
    replace_primitive,
    widen_or_narrow,
    add_field,
    drop_field,
    rename_field,
    change_default,
    change_symbols,
    change_size,
    rename_type,
)
