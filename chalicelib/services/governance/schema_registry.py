"""Schemas: the registry port, and the codec that makes encoding the validation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    """Where schemas are registered; an event without one can't be written."""

    def latest(self, event_type: str) -> RegisteredSchema:
        """Return the newest version; raises SchemaViolation if there is none."""

    def get(self, ref: SchemaRef) -> RegisteredSchema:
        """Return that very version; raises SchemaViolation if unknown or its digest differs."""

    def types(self) -> list[str]:
        """Return the registered event types, sorted."""


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
