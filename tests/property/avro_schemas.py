"""Valid Avro schemas by chance, of all that there is in Avro, and a way through them."""

from __future__ import annotations

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
DEFAULTS: Final[dict[str, Any]] = {
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
    """Schemas that share their names; the same chance gives the same ones."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._names: set[str] = set()
        self._closed: list[str] = []
        self._open: list[str] = []

    def record(self, depth: int) -> dict[str, Any]:
        """Return a record, of other types down to that depth."""
        record: dict[str, Any] = {"type": "record", "name": self.new_name("Record")}
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
        return make(depth)

    def new_name(self, stem: str) -> str:
        """Return a name that no type has yet, in one of the namespaces."""
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
        return {"type": "enum", "name": self.new_name("Enum"), "symbols": symbols}

    def _fixed(self, _depth: int) -> dict[str, Any]:
        return {"type": "fixed", "name": self.new_name("Fixed"), "size": self._chance.randint(1, 2)}

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
