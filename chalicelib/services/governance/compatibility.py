"""Compatibility of schema versions: the modes, what is found, and the port of who judges."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class Direction(StrEnum):
    """Who has to be able to read whose events."""

    BACKWARD = "BACKWARD"
    """The new version reads what was written by an older one."""
    FORWARD = "FORWARD"
    """An older version reads what is written by the new one."""


class Mode(StrEnum):
    """What a new version must be to those before it, in AWS Glue's terms.

    Confluent's names are understood too: ``Mode("FULL_TRANSITIVE")`` is ``FULL_ALL``.
    """

    NONE = "NONE"
    """Any new version will do."""
    DISABLED = "DISABLED"
    """There is no new version."""
    BACKWARD = "BACKWARD"
    BACKWARD_ALL = "BACKWARD_ALL"
    FORWARD = "FORWARD"
    FORWARD_ALL = "FORWARD_ALL"
    FULL = "FULL"
    FULL_ALL = "FULL_ALL"

    @classmethod
    def _missing_(cls, value: object) -> Mode | None:
        stem, transitive, rest = str(value).partition("_TRANSITIVE")
        return cls.__members__.get(f"{stem}_ALL") if transitive and not rest else None

    @property
    def directions(self) -> tuple[Direction, ...]:
        """Who has to be able to read whose events; none for NONE and DISABLED."""
        stem = self.removesuffix("_ALL")
        return tuple(each for each in Direction if stem in (each, "FULL"))

    @property
    def transitive(self) -> bool:
        """Whether all versions before it count, and not the last one only."""
        return self.endswith("_ALL")


class Kind(StrEnum):
    """What sort of thing stands against a new version."""

    MALFORMED = "malformed"
    """A schema that is none: it breaks Avro's rules, names what is not there, or has no end."""
    DISABLED = "disabled"
    GOVERNANCE = "governance"
    TYPE = "type"
    NAME = "name"
    DEFAULT = "default"
    """A field that the reader has, the writer does not, and for which there is no default."""
    SYMBOLS = "symbols"
    SIZE = "size"
    BRANCH = "branch"
    AMBIGUOUS = "ambiguous"
    """Aliases by which it is not clear which field is read from which."""
    LOGICAL = "logical"
    """The same bytes with another meaning, which Avro does not mind."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that stands against a new version."""

    kind: Kind
    field: str
    """The dotted path, through arrays, maps and unions; empty: the schema as a whole."""
    reason: str
    advice: str
    direction: Direction | None = None
    version: int | None = None
    """The older version that it is about, if one is."""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.field, f"{self.reason}: {self.advice}")))


class CompatibilityChecker(Protocol):
    """Decides, without asking anybody, whether a new version may follow those before it."""

    def judge(self, mode: Mode, new: Any, older: Mapping[int, Any]) -> tuple[Finding, ...]:
        """Return what stands against the new version; nothing: it may be registered.

        ``new`` is a schema as JSON has it, ``older`` are those before it by version number, all of
        them. A schema that is none is found (Kind.MALFORMED) and not raised, in each mode.
        """
