"""Avro types, with their names resolved, and how they are told to people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

Logical: TypeAlias = tuple[object, ...]
"""The name, and of a decimal the precision and the scale."""

PRIMITIVES: Final = frozenset(
    ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
)
NAMED: Final = frozenset(("record", "enum", "fixed"))


@dataclass(slots=True, eq=False)
class Type:
    """One type; those that refer to each other are the same object, so it may lead to itself."""

    kind: str
    logical: Logical | None = None
    name: str = ""
    """Of a record, an enum, a fixed: with its namespace."""
    aliases: frozenset[str] = frozenset()
    """Likewise with their namespaces."""
    fields: tuple[Field, ...] = ()
    parts: tuple[Type, ...] = ()
    """The items of an array, the values of a map, the branches of a union."""
    symbols: tuple[str, ...] = ()
    default: str | None = None
    """The symbol of an enum that stands for unknown ones."""
    size: int = 0
    """Of a fixed, in bytes."""

    @property
    def short_name(self) -> str:
        """The name without its namespace."""
        return self.name.rpartition(".")[2]

    def __str__(self) -> str:
        if self.logical:
            name, *details = self.logical
            return f"{name}({','.join(map(str, details))})" if details else f"{name} ({self.kind})"
        match self.kind:
            case "array" | "map":
                return f"{self.kind} of {self.parts[0]}"
            case "union":
                return " or ".join(map(str, self.parts))
            case "enum":
                otherwise = f", else {self.default}" if self.default else ""
                return f"enum {self.name} of {', '.join(self.symbols)}{otherwise}"
            case "fixed":
                return f"fixed {self.name} of {self.size} bytes"
            case _:
                return f"{self.kind} {self.name}".rstrip()


@dataclass(slots=True, eq=False)
class Field:
    """A field of a record."""

    name: str
    type: Type
    aliases: tuple[str, ...]
    said: Mapping[str, Any] = field(default_factory=dict)
    """All that the schema says of it, as JSON has it."""

    @property
    def has_default(self) -> bool:
        """Whether there is a value for writers that don't have the field."""
        return "default" in self.said
