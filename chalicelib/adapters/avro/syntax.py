"""Avro schemas from JSON into types, by the rules of the specification.

fastavro's own parser is made for speed: it takes a field twice, a union within a union and a record
that never ends for schemas, and says of others only that some object is unhashable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from chalicelib.adapters.avro.defaults import fits
from chalicelib.adapters.avro.types import NAMED, PRIMITIVES, Field, Logical, Type

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FULL_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_PLAIN: Final = {name: Type(name) for name in PRIMITIVES}
_CORRECT: Final = "correct the schema"


class Malformed(Exception):
    """A schema that is none: where (a dotted path), why, and what to do."""

    def __init__(self, field: str, reason: str, advice: str = _CORRECT) -> None:
        super().__init__(" ".join(filter(None, (field, f"{reason}: {advice}"))))
        self.field = field
        self.reason = reason
        self.advice = advice


def type_of(definition: Any) -> Type:
    """Return the type that the schema defines; raises Malformed."""
    parser = _Parser()
    try:
        type_ = parser.parse(definition, "", "")
        parser.finish()
    except RecursionError:
        raise Malformed("", "is nested too deeply to be read", "flatten it") from None
    return type_


class _Parser:
    def __init__(self) -> None:
        self._types: dict[str, Type] = {}
        self._open: set[str] = set()
        self._circular = False
        self._defaults: list[tuple[str, Field]] = []

    def parse(self, definition: Any, space: str, place: str) -> Type:
        match definition:
            case str():
                return _PLAIN.get(definition) or self._reference(definition, space, place)
            case list():
                return self._union(definition, space, place)
            case {"type": str(kind)}:
                return self._complex(kind, definition, space, place)
            case _:
                raise Malformed(place, f"is no schema, but {str(definition)[:40]!r}")

    def finish(self) -> None:
        """Judge what can be judged only when all types are known; raises Malformed."""
        if self._circular:
            self._refuse_endless()
        for place, field in self._defaults:
            if not fits(field.type, field.said["default"]):
                default = str(field.said["default"])[:40]
                reason = f"has the default {default!r}, which is not of its type, {field.type}"
                raise Malformed(place, reason, "give it one that is")

    def _complex(self, kind: str, said: Mapping[str, Any], space: str, place: str) -> Type:
        if kind in PRIMITIVES:
            logical = _logical_of(said)
            return Type(kind, logical) if logical else _PLAIN[kind]
        if kind in NAMED:
            return self._named(kind, said, space, place)
        inner = {"array": "items", "map": "values"}.get(kind)
        if inner is None:
            return self._reference(kind, space, place)
        if inner not in said:
            _wrong(place, f"is {kind} without {inner}")
        return Type(kind, _logical_of(said), parts=(self.parse(said[inner], space, place),))

    def _reference(self, name: str, space: str, place: str) -> Type:
        full = _qualified(name, space)
        if full not in self._types:
            advice = "define it where it is first used, or correct the name"
            raise Malformed(place, f"has the type {full!r}, which is not defined before", advice)
        self._circular |= full in self._open
        return self._types[full]

    def _union(self, branches: list[Any], space: str, place: str) -> Type:
        if not branches:
            _wrong(place, "is a union without branches")
        types = tuple(self.parse(branch, space, place) for branch in branches)
        seen = set()
        for each in types:
            if each.kind == "union":
                _wrong(place, "is a union within a union")
            if (each.kind, each.name) in seen:
                _wrong(place, f"is a union that has {each} twice")
            seen.add((each.kind, each.name))
        return Type("union", parts=types)

    def _named(self, kind: str, said: Mapping[str, Any], space: str, place: str) -> Type:
        name, within = said.get("name"), said.get("namespace", space)
        if not isinstance(name, str) or not isinstance(within, str):
            _wrong(place, f"is {kind} without a name")
        full = _qualified(name, within)
        if not _FULL_NAME.fullmatch(full) or full in PRIMITIVES:
            _wrong(place, f"is {kind} with the name {full!r}, which is none in Avro")
        if full in self._types:
            _wrong(place, f"defines {full} again")
        space = full.rpartition(".")[0]
        aliases = frozenset(_qualified(each, space) for each in _aliases_of(said, place))
        made = self._types[full] = Type(kind, _logical_of(said), full, aliases)
        if kind == "record":
            self._open.add(full)
            made.fields = self._fields(said.get("fields"), space, place)
            self._open.remove(full)
        elif kind == "enum":
            made.symbols, made.default = _symbols_of(said, place)
        else:
            made.size = _size_of(said, place)
        return made

    def _fields(self, fields: Any, space: str, place: str) -> tuple[Field, ...]:
        if not isinstance(fields, list):
            _wrong(place, "is record without a list of fields")
        found: dict[str, Field] = {}
        for said in fields:
            match said:
                case {"name": str(name), "type": definition} if _NAME.fullmatch(name):
                    inner = f"{place}.{name}" if place else name
                case _:
                    _wrong(place, f"has a field without name or type: {str(said)[:40]!r}")
            if name in found:
                _wrong(inner, "is defined twice")
            type_ = self.parse(definition, space, inner)
            found[name] = Field(name, type_, _aliases_of(said, inner), said)
            if "default" in said:
                self._defaults.append((inner, found[name]))
        return tuple(found.values())

    def _refuse_endless(self) -> None:
        """Refuse a record each value of which would have one of its own kind within."""
        records = [each for each in self._types.values() if each.kind == "record"]
        ending: set[Type] = set()
        before = -1
        while len(ending) > before:
            before = len(ending)
            ending.update(r for r in records if all(_ends(f.type, ending) for f in r.fields))
        for record in records:
            if record not in ending:
                advice = "let the field that leads back be null or an array"
                raise Malformed("", f"holds {record} within itself without an end", advice)


def _ends(type_: Type, ending: set[Type]) -> bool:
    match type_.kind:
        case "record":
            return type_ in ending
        case "union":
            return any(_ends(branch, ending) for branch in type_.parts)
        case _:
            return True


def _qualified(name: str, space: str) -> str:
    return name if "." in name or not space else f"{space}.{name}"


def _logical_of(said: Mapping[str, Any]) -> Logical | None:
    """Return the logical type as declared, also one that Avro would ignore: others may not."""
    match said.get("logicalType"):
        case "decimal":
            return "decimal", said.get("precision"), said.get("scale", 0)
        case str(name):
            return (name,)
        case _:
            return None


def _aliases_of(said: Mapping[str, Any], place: str) -> tuple[str, ...]:
    aliases = said.get("aliases", ())
    if aliases and not (isinstance(aliases, list) and all(map(_is_name, aliases))):
        _wrong(place, "has aliases that are no list of names")
    return tuple(aliases)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and _FULL_NAME.fullmatch(value) is not None


def _is_symbol(value: object) -> bool:
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def _symbols_of(said: Mapping[str, Any], place: str) -> tuple[tuple[str, ...], str | None]:
    symbols, default = said.get("symbols"), said.get("default")
    if not isinstance(symbols, list) or not all(map(_is_symbol, symbols)):
        _wrong(place, "is enum without a list of symbols that are names")
    if len(set(symbols)) < len(symbols):
        _wrong(place, "is enum with a symbol twice")
    if default is not None and default not in symbols:
        _wrong(place, f"is enum with the default {default!r}, which is no symbol of it")
    return tuple(symbols), default


def _size_of(said: Mapping[str, Any], place: str) -> int:
    size = said.get("size")
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        _wrong(place, "is fixed without a size in bytes")
    return size


def _wrong(place: str, reason: str) -> NoReturn:
    raise Malformed(place, reason)
