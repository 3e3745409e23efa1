"""Headers as records of their schema, nexus.CommitHeader, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.commit import EventHeader, Header, Path, Principal, SchemaRef, SnapshotDue
from chalicelib.kernel.naming import camel

if TYPE_CHECKING:
    from datetime import datetime

Record = Mapping[str, Any]

_PLAIN: Final = (
    "command_id",
    "command_type",
    "input_hash",
    "on_behalf_of",
    "correlation_id",
    "causation_id",
    "trace",
    "recorded_at",
    "policy_digest",
    "code_digest",
    "previous_hash",
)
_NAMES: Final = {name: camel(name) for name in _PLAIN}


def record_of(header: Header, *, deflated: bool) -> Record:
    """Return the record: each schema once, and a time only where it is not the commit's."""
    table = {(event.schema, event.path): None for event in header.events}
    index = {entry: number for number, entry in enumerate(table)}
    return {
        **{outside: getattr(header, name) for name, outside in _NAMES.items()},
        "principal": _principal(header.principal),
        "previousOnCore": header.previous_on[Path.CORE],
        "previousOnSecondary": header.previous_on[Path.SECONDARY],
        "snapshotDue": header.snapshot_due,
        "deflated": deflated,
        "schemas": [_schema(ref, path) for ref, path in table],
        "events": [
            _event(index[event.schema, event.path], event.effective_at, header.recorded_at)
            for event in header.events
        ],
    }


def header_of(record: Record) -> Header:
    """Return the header; raises KeyError for an event whose schema is not in the table."""
    recorded_at, who = record["recordedAt"], record["principal"]
    table = {
        number: EventHeader(
            SchemaRef(schema["type"], schema["version"], schema["digest"]),
            Path(schema["path"]),
            recorded_at,
        )
        for number, schema in enumerate(record["schemas"])
    }
    return Header(
        **{name: record[outside] for name, outside in _NAMES.items()},
        principal=Principal(who["kind"], who["id"], who["tenant"], tuple(who["roles"])),
        previous_on={
            Path.CORE: record["previousOnCore"],
            Path.SECONDARY: record["previousOnSecondary"],
        },
        snapshot_due=SnapshotDue(record["snapshotDue"]),
        events=tuple(
            _effective(table[event["schema"]], event["effectiveAt"]) for event in record["events"]
        ),
    )


def _principal(who: Principal) -> Record:
    return {"kind": who.kind, "id": who.id, "tenant": who.tenant, "roles": who.roles}


def _schema(ref: SchemaRef, path: Path) -> Record:
    return {"type": ref.type, "version": ref.version, "digest": ref.digest, "path": path}


def _event(schema: int, effective_at: datetime, recorded_at: datetime) -> Record:
    return {
        "schema": schema,
        "effectiveAt": None if effective_at == recorded_at else effective_at,
    }


def _effective(event: EventHeader, at: datetime | None) -> EventHeader:
    return event if at is None else EventHeader(event.schema, event.path, at)
