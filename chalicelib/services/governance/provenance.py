"""Provenance: what is stamped on each commit about who wanted it, and who approved it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.kernel.commit import EventHeader, Header, SnapshotDue

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from chalicelib.kernel.commit import Principal
    from chalicelib.kernel.head import Head
    from chalicelib.kernel.messages import Command
    from chalicelib.services.governance.schema_registry import RegisteredSchema
    from chalicelib.services.shapes import Shapes


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, and in which conversation; part of every command and query."""

    principal: Principal
    correlation_id: str
    causation_id: str | None = None
    on_behalf_of: str | None = None
    trace: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A command that is about to become a commit."""

    command_id: str
    command_type: str
    input_hash: bytes
    request: Request
    effective_at: datetime | None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Stamps commits; the digests (SHA-256, hex) tell which policies and which code decided."""

    policy_digest: str
    code_digest: str

    def stamp(
        self,
        accepted: Accepted,
        head: Head,
        schemas: Sequence[RegisteredSchema],
        snapshot_due: SnapshotDue,
        now: datetime,
    ) -> Header:
        """Return the header of the commit that follows ``head``."""
        recorded_at = head.next_time(now)
        request = accepted.request
        return Header(
            command_id=accepted.command_id,
            command_type=accepted.command_type,
            input_hash=accepted.input_hash,
            principal=request.principal,
            on_behalf_of=request.on_behalf_of,
            correlation_id=request.correlation_id,
            causation_id=request.causation_id,
            trace=request.trace,
            recorded_at=recorded_at,
            policy_digest=bytes.fromhex(self.policy_digest),
            code_digest=bytes.fromhex(self.code_digest),
            previous_hash=head.hash,
            previous_on=head.last_on,
            snapshot_due=snapshot_due,
            events=tuple(
                EventHeader(
                    schema.ref,
                    schema.governance.propagation,
                    accepted.effective_at or recorded_at,
                )
                for schema in schemas
            ),
        )


def tree_digest(root: Path, pattern: str = "**/*.py") -> str:
    """Return SHA-256 (hex) over the sorted (path, content) of the files below a folder."""
    digest = hashlib.sha256()
    for path in sorted(root.glob(pattern)):
        for part in (path.relative_to(root).as_posix().encode(), path.read_bytes()):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()


def input_hash(name: str, effective_at: datetime | None, command: Command, shapes: Shapes) -> bytes:
    """Return SHA-256 of what was asked for: equal for the same command, and its proof."""
    effective = effective_at.isoformat() if effective_at else ""
    canonical = shapes.to_json(_given(shapes.dump(command)), canonical=True)
    return hashlib.sha256(f"{name}\n{effective}\n".encode() + canonical).digest()


def _given(value: Any) -> Any:
    """Return plain data without what is None: a command that gains a field keeps its hash."""
    match value:
        case dict():
            return {name: _given(each) for name, each in value.items() if each is not None}
        case list() | tuple():
            return [_given(each) for each in value]
        case _:
            return value
