"""Registering what a repository has and a registry lacks; or a rehearsal, which changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import SchemaViolation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chalicelib.kernel.commit import SchemaRef
    from chalicelib.services.governance.schema_registry import (
        RegisteredSchema,
        SchemaRegistrar,
        SchemaShelf,
    )


class Outcome(StrEnum):
    """What has become of a schema."""

    REGISTERED = "registered"
    THERE = "there"
    """It was registered before."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Registration:
    """What has become of one schema; ``reason`` is why it was refused."""

    ref: SchemaRef
    outcome: Outcome
    reason: str = ""


def register_all(
    schemas: Iterable[RegisteredSchema], shelf: SchemaShelf, registrar: SchemaRegistrar
) -> Iterator[Registration]:
    """Register each, in the order given, and yield what became of it.

    A refusal stops the later versions of that type, and no other type. The registrar puts them on
    that shelf. Raises Unavailable or Misconfigured; what was yielded before stays, and doing it
    again goes on from there.
    """
    refused: set[str] = set()
    for schema in schemas:
        ref = schema.ref
        if ref.type in refused:
            yield Registration(ref, Outcome.REFUSED, "an earlier version was refused")
            continue
        try:
            known = ref in (each.ref for each in shelf.versions(ref.type))
            registrar.register(schema.definition, ref.version)
        except SchemaViolation as error:
            refused.add(ref.type)
            yield Registration(ref, Outcome.REFUSED, str(error))
        else:
            yield Registration(ref, Outcome.THERE if known else Outcome.REGISTERED)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A SchemaShelf that has what another one has, and keeps to itself what is added."""

    shelf: SchemaShelf
    added: dict[SchemaRef, RegisteredSchema] = field(default_factory=dict)

    def get(self, ref: SchemaRef) -> RegisteredSchema:
        """Return that very version; raises as the other one."""
        return self.added.get(ref) or self.shelf.get(ref)

    def versions(self, event_type: str) -> Sequence[RegisteredSchema]:
        """Return all versions, those added at the end; raises as the other one."""
        added = (schema for ref, schema in self.added.items() if ref.type == event_type)
        return (*self.shelf.versions(event_type), *added)

    def add(self, schema: RegisteredSchema) -> None:
        """Keep it here."""
        self.added[schema.ref] = schema
