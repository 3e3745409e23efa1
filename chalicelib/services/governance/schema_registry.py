"""Schemas: the registry port, and the codec that makes encoding the validation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.kernel.commit import Path, SchemaRef
    from chalicelib.kernel.messages import Event


@dataclass(frozen=True, slots=True)
class Governance:
    """What a schema says of its events besides their form."""

    owner: str
    classification: str
    propagation: Path
    compatibility: str
    subject: str | None
    personal: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegisteredSchema:
    """One version of an event's schema, as registered; equal when its reference is."""

    ref: SchemaRef
    governance: Governance = field(compare=False)
    definition: Mapping[str, Any] = field(compare=False)


class SchemaRegistry(Protocol):
    """Where schemas are registered; an event without one can't be written.

    A registry that is elsewhere raises Unavailable while it can't be asked or makes no sense, and
    Misconfigured where it refuses us altogether. SchemaViolation is a definite answer.
    """

    def latest(self, event_type: str) -> RegisteredSchema:
        """Return the newest version; raises SchemaViolation if there is none."""

    def get(self, ref: SchemaRef) -> RegisteredSchema:
        """Return that very version; raises SchemaViolation if unknown or its digest differs."""

    def types(self) -> list[str]:
        """Return the registered event types, sorted."""

    def id_of(self, ref: SchemaRef) -> bytes:
        """Return the id that the provider's wire frame carries; raises SchemaViolation as get."""

    def by_id(self, schema_id: bytes) -> RegisteredSchema:
        """Return the schema that a frame names; raises SchemaViolation if there is none."""


class SchemaShelf(Protocol):
    """Where schemas can be put; whether they are fit for it, a registrar decides."""

    def get(self, ref: SchemaRef) -> RegisteredSchema:
        """Return that very version; raises SchemaViolation if unknown or its digest differs."""

    def versions(self, event_type: str) -> Sequence[RegisteredSchema]:
        """Return all versions, 1 first, or none; raises SchemaViolation if there is a gap."""

    def add(self, schema: RegisteredSchema) -> None:
        """Add the version after the last; raises SchemaViolation if the provider won't have it."""


class SchemaProvider(SchemaRegistry, SchemaShelf, Protocol):
    """A registry that also takes schemas."""


class CompatibilityJudge(Protocol):
    """Knows what a new version may change; asked before any registry is."""

    def __call__(self, earlier: Sequence[RegisteredSchema], new: RegisteredSchema) -> None:
        """Let the new version pass, or raise SchemaViolation; ``earlier`` has version 1 first."""


class SchemaRegistrar(Protocol):
    """Registers schemas; doing it again changes nothing."""

    def register(
        self, definition: Mapping[str, Any], version: int | None = None
    ) -> RegisteredSchema:
        """Return the definition as registered, now or before; ``version`` is the one it must have.

        Raises SchemaViolation, and registers nothing, if it is no event's schema, not compatible,
        or would get another version.
        """


@dataclass(frozen=True, slots=True)
class EncodedEvent:
    """An event that its schema has approved: the schema and the bytes."""

    schema: RegisteredSchema
    payload: bytes


class EventCodec(Protocol):
    """Turns events into bytes and back; what the schema does not allow can't be encoded."""

    def encode(self, event: Event) -> EncodedEvent:
        """Encode by the newest schema of the event's class; raises SchemaViolation."""

    def decode(self, ref: SchemaRef, payload: bytes) -> Event:
        """Decode by the schema it was written with, upcast to the class of today.

        Raises SchemaViolation (unknown schema) or CorruptStream (bytes that don't decode).
        """
