"""Shapes: the port that validates and converts commands, events, states and documents."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Shapes(Protocol):
    """One definition, the dataclass, for every conversion; outside, names are camelCase."""

    def parse(self, kind: type[T], data: Any) -> T:
        """Validate JSON data of unknown origin, strictly.

        Numbers stay exact, nothing is coerced, unknown fields are refused. Raises InvalidInput,
        which names each fault by its JSON pointer.
        """

    def dump(self, value: object) -> Any:
        """Return a dataclass as plain data; decimals and times stay what they are."""

    def restore(self, kind: type[T], data: Any) -> T:
        """Return the dataclass that ``dump`` made plain.

        Types are checked, limits are not: history is never refused by a limit that came later.
        Raises ValueError, which names what is wrong.
        """

    def to_json(self, value: object, *, canonical: bool = False) -> bytes:
        """Return a dataclass, or plain data, as JSON; decimals become exact numbers.

        Fields keep their order; in the canonical form, which is for hashing, names are sorted.
        """

    def from_json(self, kind: type[T], text: bytes) -> T:
        """Read what ``to_json`` wrote; raises ValueError on anything else."""

    def digest(self, kind: type[Any]) -> str:
        """Return a name for the form of a dataclass: it changes when a field or a type does."""
