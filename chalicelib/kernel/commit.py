"""The commit: all events of one command, immutable, chained to the one before.

A commit has two forms. ``PackedCommit`` is what is stored and carried: bytes under a key, sealed by
a hash. ``Commit`` is what those bytes say.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.kernel.messages import Event
    from chalicelib.kernel.stream import StreamId

GENESIS: Final = bytes(32)
"""The hash before the first commit of a stream."""

MAX_COMMIT_BYTES: Final = 400 * 1024
"""What one item of the event store may take, keys and attribute names included."""

_ITEM_OVERHEAD: Final = 128
"""Upper bound of an item's attribute names, numbers and hash, in bytes."""


class Path(StrEnum):
    """How an event travels: with guaranteed order on the core, or on the secondary path."""

    CORE = "core"
    SECONDARY = "secondary"


class SnapshotDue(StrEnum):
    """The verdict of the snapshot trigger, reached in the command."""

    NO = "no"
    COUNT = "count"
    SIZE = "size"
    AGE = "age"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: kind is user, service, system or developer."""

    kind: str
    id: str
    tenant: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SchemaRef:
    """Which schema an event was written with; digest is the SHA-256 of its canonical JSON."""

    type: str
    version: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class EventHeader:
    """What the header says of one event."""

    schema: SchemaRef
    path: Path
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class Header:
    """A commit's provenance: who asked for what, when, and who approved it."""

    command_id: str
    command_type: str
    input_hash: bytes
    principal: Principal
    on_behalf_of: str | None
    correlation_id: str
    causation_id: str | None
    trace: str | None
    recorded_at: datetime
    policy_digest: bytes
    code_digest: bytes
    previous_hash: bytes
    previous_on: Mapping[Path, int]
    """For each path, the last event version before this commit that travelled there (0 if none)."""
    snapshot_due: SnapshotDue
    events: tuple[EventHeader, ...]

    @property
    def paths(self) -> frozenset[Path]:
        """The paths that this commit travels."""
        return frozenset(event.path for event in self.events)


@dataclass(frozen=True, slots=True)
class PackedCommit:
    """A commit as it is stored: one item, keyed by stream and first version."""

    stream: StreamId
    version: int
    count: int
    header: bytes
    body: bytes
    hash: bytes

    @property
    def last(self) -> int:
        """The version of the last event."""
        return self.version + self.count - 1

    @property
    def size(self) -> int:
        """Bytes of the stored item, at most."""
        return len(str(self.stream)) + len(self.header) + len(self.body) + _ITEM_OVERHEAD

    def computed_hash(self, previous: bytes) -> bytes:
        """Return the hash that this commit must bear after one with hash ``previous``."""
        return chain(previous, self.stream, self.version, self.count, self.header, self.body)


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event and where and when it was recorded; what projections and sagas are given."""

    stream: StreamId
    version: int
    type: str
    schema_version: int
    path: Path
    recorded_at: datetime
    effective_at: datetime
    data: Event

    @property
    def id(self) -> str:
        """``{stream}@{version}``."""
        return f"{self.stream}@{self.version}"


@dataclass(frozen=True, slots=True)
class Commit:
    """What a packed commit says."""

    stream: StreamId
    version: int
    header: Header
    events: tuple[RecordedEvent, ...]
    hash: bytes
    size: int
    """Bytes, as it is stored."""
    content: int
    """Bytes of its events, inflated."""

    @property
    def last(self) -> int:
        """The version of the last event."""
        return self.version + len(self.events) - 1


def chain(
    previous: bytes, stream: StreamId, version: int, count: int, header: bytes, body: bytes
) -> bytes:
    """Return SHA-256 over the previous hash and all that is stored, each part length-prefixed."""
    seal = hashlib.sha256(previous)
    for part in (str(stream).encode(), b"%d" % version, b"%d" % count, header, body):
        seal.update(len(part).to_bytes(8, "big"))
        seal.update(part)
    return seal.digest()
