"""Commits, and what claims them, as records of their schemas: nexus.Commit, nexus.CommitClaim."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.adapters.avro.wire.schemas import CLAIM, COMMIT
from chalicelib.kernel.commit import PackedCommit, Path
from chalicelib.kernel.errors import CorruptStream, InvalidInput
from chalicelib.kernel.stream import StreamId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.kernel.commit import EventHeader, Header

    Record = dict[str, Any]

SEALED = ("stream", "version", "count", "previousHash", "hash", "header", "body")
"""What of a commit's record the hash covers, or is needed for it: no more is read here."""


def record_of(commit: PackedCommit, header: Header, data: Sequence[bytes]) -> Record:
    """Return the record of a commit whose events travel as these frames."""
    who = header.principal
    events = zip(header.events, data, strict=True)
    return {
        **_common(COMMIT, commit, header),
        "header": commit.header,
        "body": commit.body,
        "recordedAt": header.recorded_at,
        "correlationId": header.correlation_id,
        "causationId": header.causation_id,
        "trace": header.trace,
        "commandId": header.command_id,
        "commandType": header.command_type,
        "principal": {"kind": who.kind, "id": who.id, "tenant": who.tenant, "roles": who.roles},
        "onBehalfOf": header.on_behalf_of,
        "policyDigest": header.policy_digest,
        "codeDigest": header.code_digest,
        "snapshotDue": header.snapshot_due,
        "events": [
            _event(f"{commit.stream}@{version}", event, frame)
            for version, (event, frame) in enumerate(events, start=commit.version)
        ],
    }


def claim_of(commit: PackedCommit, header: Header, location: str, size: int) -> Record:
    """Return the record that says where the commit lies, in so many bytes."""
    return {**_common(CLAIM, commit, header), "location": location, "size": size}


def packed(record: Mapping[str, Any]) -> PackedCommit:
    """Return the stored commit that a record carries; raises CorruptStream if it is not intact."""
    try:
        stream = StreamId(**record["stream"])
    except InvalidInput as error:
        raise CorruptStream(f"a commit came without a stream: {error}") from error
    version, count = record["version"], record["count"]
    commit = PackedCommit(stream, version, count, record["header"], record["body"], record["hash"])
    if version < 1 or count < 1 or commit.computed_hash(record["previousHash"]) != commit.hash:
        raise CorruptStream(f"{stream}@{version} came with a hash that is not of its content")
    return commit


def _common(name: str, commit: PackedCommit, header: Header) -> Record:
    stream = commit.stream
    return {
        "specversion": "1.0",
        "id": f"{stream}@{commit.version}",
        "source": f"/nexus/{stream.tenant}/commits",
        "type": name,
        "subject": stream.local,
        "time": header.recorded_at,
        "dataschema": f"urn:nexus:schema:{name}:1",
        "stream": {"tenant": stream.tenant, "aggregate": stream.aggregate, "id": stream.id},
        "version": commit.version,
        "count": commit.count,
        "previousHash": header.previous_hash,
        "hash": commit.hash,
        "previousOnCore": header.previous_on[Path.CORE],
        "previousOnSecondary": header.previous_on[Path.SECONDARY],
    }


def _event(event_id: str, event: EventHeader, frame: bytes) -> Record:
    return {
        "id": event_id,
        "type": event.schema.type,
        "schemaVersion": event.schema.version,
        "schemaDigest": event.schema.digest,
        "effectiveAt": event.effective_at,
        "path": event.path,
        "data": frame,
    }
