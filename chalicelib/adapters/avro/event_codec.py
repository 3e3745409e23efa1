"""Events in Avro: what a schema does not allow can't be encoded, what was written can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.adapters.avro.binary import Binary
from chalicelib.kernel.errors import CorruptStream, SchemaViolation
from chalicelib.services.governance.schema_registry import EncodedEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.kernel.commit import SchemaRef
    from chalicelib.kernel.messages import Event
    from chalicelib.kernel.upcasting import UpcasterChain
    from chalicelib.services.governance.schema_registry import RegisteredSchema, SchemaRegistry
    from chalicelib.services.shapes import Shapes


class AvroEventCodec:
    """The EventCodec port; ``events`` are the classes of today by type, as orders.OrderPlaced."""

    def __init__(
        self,
        registry: SchemaRegistry,
        shapes: Shapes,
        events: Mapping[str, type[Event]],
        upcasters: UpcasterChain,
    ) -> None:
        self._registry = registry
        self._shapes = shapes
        self._classes = events
        self._types = {event: name for name, event in events.items()}
        self._upcasters = upcasters
        self._binaries: dict[SchemaRef, Binary] = {}

    def encode(self, event: Event) -> EncodedEvent:
        """Encode by the newest schema of the event's class; raises SchemaViolation."""
        kind = type(event)
        event_type = self._types.get(kind)
        if event_type is None:
            raise SchemaViolation(f"{kind.__name__} is an event of no context")
        schema = self._registry.get(self._registry.latest(event_type).ref)  # registered it must be
        try:
            data = self._shapes.dump(event)
            self._shapes.restore(kind, data)  # Avro itself would take True for 1 and 5.7 for 5
            return EncodedEvent(schema, self._binary(schema).write(data))
        except ValueError as error:
            message = f"the schema of {event_type} does not allow this event: {error}"
            raise SchemaViolation(message) from error

    def decode(self, ref: SchemaRef, payload: bytes) -> Event:
        """Decode by the schema it was written with, upcast to the class of today.

        Raises SchemaViolation (unknown schema, or data that no longer fits the class) or
        CorruptStream (bytes that don't decode).
        """
        schema = self._registry.get(ref)
        try:
            data = self._binary(schema).read(payload)
        except ValueError as error:
            message = f"these bytes are no {ref.type} version {ref.version}: {error}"
            raise CorruptStream(message) from error
        return self._today(ref, data)

    def _today(self, ref: SchemaRef, data: dict[str, Any]) -> Event:
        kind = self._classes.get(ref.type)
        if kind is None:
            raise SchemaViolation(f"{ref.type} is an event of no context")
        newest = self._registry.latest(ref.type).ref.version
        try:
            current = self._upcasters.upcast(ref.type, ref.version, newest, data)
            return self._shapes.restore(kind, current)
        except ValueError as error:
            message = f"{ref.type} version {ref.version} no longer fits its class: {error}"
            raise SchemaViolation(message) from error

    def _binary(self, schema: RegisteredSchema) -> Binary:
        binary = self._binaries.get(schema.ref)
        if binary is None:
            binary = self._binaries[schema.ref] = Binary(schema.definition)
        return binary
