"""Commits as they are stored: packed, sealed, and taken apart again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.adapters.avro.sealed import SealedCommits
from chalicelib.kernel.commit import Commit, PackedCommit, RecordedEvent, chain
from chalicelib.kernel.errors import SchemaViolation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from chalicelib.kernel.commit import EventHeader, Header
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.governance.schema_registry import EventCodec


class AvroCommitCodec:
    """The CommitCodec port; ``schemas`` is the folder with the platform's own, as schemas/avro."""

    def __init__(self, events: EventCodec, schemas: Path) -> None:
        self._events = events
        self._sealed = SealedCommits(schemas)

    def pack(
        self, stream: StreamId, version: int, header: Header, payloads: Sequence[bytes]
    ) -> PackedCommit:
        """Return the sealed commit.

        Raises SchemaViolation for a header that can't be written, and CommitTooLarge for a body
        that could, deflated, be stored but not be read again.
        """
        try:
            head, body = self._sealed.envelope.write(header, payloads)
        except ValueError as error:
            message = f"{stream}@{version} can't be packed: {error}"
            raise SchemaViolation(message) from error
        count = len(payloads)
        seal = chain(header.previous_hash, stream, version, count, head, body)
        return PackedCommit(stream, version, count, head, body, seal)

    def header(self, commit: PackedCommit) -> Header:
        """Return the provenance only; raises CorruptStream."""
        return self._sealed.header(commit)

    def unpack(self, commit: PackedCommit) -> Commit:
        """Return all that a commit says; raises CorruptStream or SchemaViolation."""
        header, payloads = self._sealed.open(commit)
        pairs = zip(header.events, payloads, strict=True)
        events = tuple(
            self._recorded(commit, number, header, event, payload)
            for number, (event, payload) in enumerate(pairs, start=commit.version)
        )
        content = sum(map(len, payloads))
        return Commit(
            commit.stream, commit.version, header, events, commit.hash, commit.size, content
        )

    def _recorded(
        self, commit: PackedCommit, version: int, header: Header, event: EventHeader, payload: bytes
    ) -> RecordedEvent:
        return RecordedEvent(
            commit.stream,
            version,
            event.schema.type,
            event.schema.version,
            event.path,
            header.recorded_at,
            event.effective_at,
            self._events.decode(event.schema, payload),
        )
