"""Stored commits, opened: only those that are still what their hash says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.adapters.avro.envelope import Envelope
from chalicelib.kernel.errors import CorruptStream

if TYPE_CHECKING:
    from pathlib import Path

    from chalicelib.kernel.commit import Header, PackedCommit


class SealedCommits:
    """Opens them; ``schemas`` is the folder with the platform's own, as schemas/avro."""

    def __init__(self, schemas: Path) -> None:
        self.envelope = Envelope(schemas)

    def header(self, commit: PackedCommit) -> Header:
        """Return the provenance only; raises CorruptStream."""
        return self._open(commit)[0]

    def open(self, commit: PackedCommit) -> tuple[Header, list[bytes]]:
        """Return the provenance, and each event's bytes; raises CorruptStream."""
        header, deflated = self._open(commit)
        try:
            payloads = self.envelope.read_body(commit.body, deflated=deflated)
        except ValueError as error:
            raise corrupt(commit, error) from error
        if len(payloads) != commit.count:
            raise corrupt(commit, f"it has {len(payloads)} payloads, not {commit.count}")
        return header, payloads

    def _open(self, commit: PackedCommit) -> tuple[Header, bool]:
        """Return the header, and whether the body is deflated, if nothing was changed since."""
        try:
            header, deflated = self.envelope.read(commit.header)
        except ValueError as error:
            raise corrupt(commit, error) from error
        if commit.computed_hash(header.previous_hash) != commit.hash:
            raise corrupt(commit, "its hash is not that of its content")
        if len(header.events) != commit.count:
            raise corrupt(commit, f"it has {len(header.events)} events, not {commit.count}")
        return header, deflated


def corrupt(commit: PackedCommit, reason: object) -> CorruptStream:
    """Return the error that names the commit and the reason."""
    return CorruptStream(f"{commit.stream}@{commit.version} can't be read: {reason}")
