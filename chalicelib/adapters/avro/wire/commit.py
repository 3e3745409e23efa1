"""Commits on their way: framed with what foreign consumers need, and with every stored byte.

The stored header and body travel as they are, beside what they say. A hash covers those very bytes,
and they can't be made again for certain: another zlib deflates to others. So whoever has the record
can check the chain, and needs nothing of Nexus for it; and ours read those bytes alone, past the
rest.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.avro.binary import Binary
from chalicelib.adapters.avro.sealed import SealedCommits
from chalicelib.adapters.avro.wire.claims import KINESIS_LIMIT
from chalicelib.adapters.avro.wire.glue import MAX_INFLATED
from chalicelib.adapters.avro.wire.records import SEALED, claim_of, packed, record_of
from chalicelib.adapters.avro.wire.schemas import CLAIM, COMMIT, travelling
from chalicelib.kernel.errors import CommitTooLarge, CorruptStream, SchemaViolation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from chalicelib.adapters.avro.wire.claims import ClaimChecks
    from chalicelib.adapters.avro.wire.frames import Frame
    from chalicelib.kernel.commit import PackedCommit, SchemaRef
    from chalicelib.services.governance.schema_registry import RegisteredSchema

    Ids = Callable[[SchemaRef], bytes]
    Schemas = Callable[[bytes], RegisteredSchema]


class CommitWire:
    """Commits to frames of one format, and back.

    ``id_of`` and ``by_id`` are the registry's, for the platform's schemas as for those of events;
    both raise SchemaViolation for what it has not got. ``folder`` is as schemas/avro. ``limit`` is
    in bytes of a frame; above it a claim travels, if there are ``claims``.
    """

    def __init__(
        self,
        frame: Frame,
        id_of: Ids,
        by_id: Schemas,
        folder: Path,
        claims: ClaimChecks | None = None,
        limit: int = KINESIS_LIMIT,
    ) -> None:
        self._frame = frame
        self._id_of = id_of
        self._by_id = by_id
        self._sealed = SealedCommits(folder)
        self._schemas = travelling(folder)
        self._writers = {name: Binary(schema.definition) for name, schema in self._schemas.items()}
        self._readers: dict[SchemaRef, Binary] = {}
        self._claims = claims
        self._limit = limit

    def encode(self, commit: PackedCommit) -> bytes:
        """Return the frame.

        Raises CorruptStream for a commit that is not what its hash says, SchemaViolation for a
        schema that is not registered, and CommitTooLarge.
        """
        header, payloads = self._sealed.open(commit)
        refs = [event.schema for event in header.events]
        ids = {ref: self._id_of(ref) for ref in set(refs)}
        data = [
            self._frame.frame(ids[ref], payload)
            for ref, payload in zip(refs, payloads, strict=True)
        ]
        frame = self._framed(COMMIT, record_of(commit, header, data))
        if len(frame) <= self._limit:
            return frame
        if self._claims is None:
            raise CommitTooLarge(len(frame), self._limit)
        name = f"{commit.stream}/{commit.version:020}-{hashlib.sha256(frame).hexdigest()}"
        location = self._claims.deposit(name, frame)
        return self._framed(CLAIM, claim_of(commit, header, location, len(frame)))

    def decode(self, data: bytes) -> PackedCommit:
        """Return the very commit that was encoded.

        Raises CorruptStream for what is none, or not intact, and SchemaViolation for a schema that
        is not registered or not a commit's. A claim is redeemed.
        """
        name, record = self._read(data)
        return packed(record) if name == COMMIT else self._claimed(record)

    def _framed(self, name: str, record: Mapping[str, Any]) -> bytes:
        try:
            payload = self._writers[name].write(record)
        except ValueError as error:
            raise SchemaViolation(f"{record['id']} can't travel: {error}") from error
        if len(payload) > MAX_INFLATED:
            raise CommitTooLarge(len(payload), MAX_INFLATED)
        return self._frame.frame(self._id_of(self._schemas[name].ref), payload)

    def _claimed(self, claim: Mapping[str, Any]) -> PackedCommit:
        if self._claims is None:
            raise CorruptStream(f"{claim['id']} lies at {claim['location']}, which can't be read")
        name, record = self._read(self._claims.redeem(claim["location"]))
        same = ("stream", "version", "count", "previousHash", "hash")
        if name != COMMIT or any(claim[k] != record[k] for k in same):
            raise CorruptStream(f"at {claim['location']} lies another commit than {claim['id']}")
        return packed(record)

    def _read(self, data: bytes) -> tuple[str, Any]:
        """Return the name of the schema and what is wanted of the record."""
        schema_id, payload = self._frame.open(data)
        schema = self._by_id(schema_id)
        if schema.ref.type not in self._schemas:
            raise SchemaViolation(f"a commit was expected, and {schema.ref.type} came")
        try:
            return schema.ref.type, self._reader(schema).read(payload)
        except ValueError as error:
            raise CorruptStream(f"these bytes are no {schema.ref.type}: {error}") from error

    def _reader(self, schema: RegisteredSchema) -> Binary:
        reader = self._readers.get(schema.ref)
        if reader is None:
            ours = self._schemas[schema.ref.type].definition
            reader = self._readers[schema.ref] = Binary(schema.definition, _wanted(ours))
        return reader


def _wanted(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of what is read of a record: of a claim, all."""
    if definition["name"] != COMMIT.partition(".")[2]:
        return definition
    return {**definition, "fields": [f for f in definition["fields"] if f["name"] in SEALED]}
