"""The governed append: the only way by which events reach the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.kernel.commit import MAX_COMMIT_BYTES
from chalicelib.kernel.errors import CommitTooLarge
from chalicelib.services.governance.policy_engine import Occasion

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from chalicelib.kernel.commit import Header, PackedCommit
    from chalicelib.kernel.messages import Event
    from chalicelib.services.event_store import CommitCodec, EventStore, Loaded
    from chalicelib.services.governance.policy_engine import Policies
    from chalicelib.services.governance.provenance import Accepted, Provenance
    from chalicelib.services.governance.schema_registry import EventCodec
    from chalicelib.services.snapshot_manager import SnapshotTrigger


@dataclass(frozen=True, slots=True)
class CommitWriter:
    """Schema, policy, provenance, seal: in this order, and no commit is made without them."""

    events: EventStore
    event_codec: EventCodec
    commit_codec: CommitCodec
    policies: Policies
    provenance: Provenance
    trigger: SnapshotTrigger
    now: Callable[[], datetime]

    def seal(
        self, accepted: Accepted, loaded: Loaded, events: Sequence[Event]
    ) -> tuple[PackedCommit, Header]:
        """Return the events as one commit, to be inserted behind what was loaded.

        Raises SchemaViolation, Forbidden or CommitTooLarge; nothing was sent to the store.
        """
        encoded = [self.event_codec.encode(event) for event in events]
        schemas = [event.schema for event in encoded]
        payloads = [event.payload for event in encoded]
        principal = accepted.request.principal
        occasion = Occasion(loaded.stream, principal, accepted.command_type, "append")
        self.policies.approve(schemas, occasion)
        now = self.now()
        due = self.trigger.verdict(loaded.tail, now)
        header = self.provenance.stamp(accepted, loaded.head, schemas, due, now)
        commit = self.commit_codec.pack(loaded.stream, loaded.head.version + 1, header, payloads)
        if commit.size > MAX_COMMIT_BYTES:
            raise CommitTooLarge(commit.size, MAX_COMMIT_BYTES)
        return commit, header
