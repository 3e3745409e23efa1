"""A stream's head as JSON text, exact to the byte and the microsecond."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from chalicelib.kernel.commit import Path
from chalicelib.kernel.head import AcceptedCommand, Head


def head_to_text(head: Head) -> str:
    """Return a head as JSON."""
    fields = {
        "version": head.version,
        "hash": head.hash.hex(),
        "recordedAt": head.recorded_at.astimezone(UTC).isoformat(),
        "lastOn": dict(head.last_on),
        "commands": [[known.id, known.input_hash.hex(), known.version] for known in head.commands],
    }
    return json.dumps(fields, separators=(",", ":"))


def head_from_text(text: str) -> Head:
    """Read what ``head_to_text`` wrote."""
    fields = json.loads(text)
    return Head(
        version=fields["version"],
        hash=bytes.fromhex(fields["hash"]),
        recorded_at=datetime.fromisoformat(fields["recordedAt"]),
        last_on={Path(name): version for name, version in fields["lastOn"].items()},
        commands=tuple(
            AcceptedCommand(name, bytes.fromhex(digest), version)
            for name, digest, version in fields["commands"]
        ),
    )
