"""Commits of orders and registries of their schemas, for what is about frames."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import pytest
from fastavro import parse_schema, schemaless_reader, schemaless_writer
from fastavro.schema import fingerprint, to_parsing_canonical_form

from chalicelib.adapters.avro.commit_codec import AvroCommitCodec
from chalicelib.adapters.avro.event_codec import AvroEventCodec
from chalicelib.adapters.avro.registry import FileSchemaRegistry
from chalicelib.adapters.avro.wire.commit import CommitWire
from chalicelib.adapters.avro.wire.frames import CONFLUENT, SINGLE_OBJECT
from chalicelib.adapters.avro.wire.glue import Glue
from chalicelib.adapters.avro.wire.schemas import COMMIT, travelling
from chalicelib.adapters.pydantic.shapes import PydanticShapes
from chalicelib.domain.orders import orders
from chalicelib.kernel.errors import CorruptStream, SchemaViolation
from chalicelib.kernel.messages import message_type
from chalicelib.kernel.upcasting import UpcasterChain
from chalicelib.wiring.resources import resource
from tests.contract.commit_codec import DELIVERED, a_packed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chalicelib.adapters.avro.wire.frames import Frame
    from chalicelib.kernel.commit import SchemaRef
    from chalicelib.services.governance.schema_registry import RegisteredSchema

FOLDER: Final = resource("schemas/avro")
_REGISTRY: Final = FileSchemaRegistry(FOLDER)
EVENT_CODEC: Final = AvroEventCodec(
    _REGISTRY,
    PydanticShapes(),
    {
        message_type(orders.name, event): event
        for aggregate in orders.aggregates
        for event in aggregate.events
    },
    UpcasterChain(),
)
CODEC: Final = AvroCommitCodec(EVENT_CODEC, FOLDER)
SCHEMAS: Final = (*map(_REGISTRY.latest, _REGISTRY.types()), *travelling(FOLDER).values())


class Ids:
    """Which id a registry gave to which schema."""

    def __init__(self, schemas: Iterable[RegisteredSchema], id_for: Callable[..., bytes]) -> None:
        self._ids = {schema.ref: id_for(schema) for schema in schemas}
        self._schemas = {self._ids[schema.ref]: schema for schema in schemas}

    def id_of(self, ref: SchemaRef) -> bytes:
        if ref not in self._ids:
            raise SchemaViolation(f"{ref.type} version {ref.version} has no id")
        return self._ids[ref]

    def by_id(self, schema_id: bytes) -> RegisteredSchema:
        if schema_id not in self._schemas:
            raise SchemaViolation(f"no schema has the id {schema_id.hex()}")
        return self._schemas[schema_id]


def made_up_ids(size: int, schemas: Iterable[RegisteredSchema] = SCHEMAS) -> Ids:
    """Return ids of so many bytes, always the same."""
    return Ids(schemas, lambda schema: hashlib.sha256(schema.ref.digest).digest()[:size])


def fingerprints() -> Ids:
    """Return the ids that Avro's single objects have."""
    return Ids(SCHEMAS, lambda schema: crc_64(schema.definition))


def crc_64(definition: Any) -> bytes:
    """Return the fingerprint CRC-64-AVRO, little endian."""
    return bytes.fromhex(fingerprint(to_parsing_canonical_form(dict(definition)), "CRC-64-AVRO"))


def a_wire(frame: Frame, ids: Ids, **options: Any) -> CommitWire:
    """Return the wire of the real schemas under these ids."""
    return CommitWire(frame, ids.id_of, ids.by_id, FOLDER, **options)


@dataclass(frozen=True, slots=True)
class Cloakroom:
    """Claim checks in memory."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def deposit(self, name: str, frame: bytes) -> str:
        location = f"memory://cloakroom/{name}"
        self.kept[location] = frame
        return location

    def redeem(self, location: str) -> bytes:
        if location not in self.kept:
            raise CorruptStream(f"there is nothing at {location}")
        return self.kept[location]


FRAMES: Final = {
    "glue": (Glue(), 16),
    "glue, never zlib": (Glue(compress_from=2**30), 16),
    "glue, always zlib": (Glue(compress_from=0), 16),
    "confluent": (CONFLUENT, 4),
    "single object": (SINGLE_OBJECT, 8),
}
each_frame: Final = pytest.mark.parametrize(("frame", "size"), FRAMES.values(), ids=FRAMES)
"""Runs a test with each format of frames and the size of its ids."""

WIRE: Final = a_wire(CONFLUENT, made_up_ids(4))
PACKED: Final = a_packed(CODEC, EVENT_CODEC, *DELIVERED)
_SCHEMA: Final = parse_schema(dict(travelling(FOLDER)[COMMIT].definition))


def record_in(frame: bytes) -> dict[str, Any]:
    """Return all that a commit's frame of ``WIRE`` says, read without any check."""
    record: Any = schemaless_reader(BytesIO(CONFLUENT.open(frame)[1]), _SCHEMA, None)
    return dict(record)


def framed(record: dict[str, Any], schema: Any = _SCHEMA, schema_id: bytes | None = None) -> bytes:
    """Return a frame as of ``WIRE``, made without any check."""
    buffer = BytesIO()
    schemaless_writer(buffer, schema, record)
    return CONFLUENT.frame(schema_id or WIRE.encode(PACKED)[1:5], buffer.getvalue())
