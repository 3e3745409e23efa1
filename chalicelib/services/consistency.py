"""Consistency tokens: what a writer must be able to read."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.commit import Path
from chalicelib.kernel.errors import Fault, InvalidInput
from chalicelib.kernel.stream import StreamId

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_STREAMS: Final = 50
MAX_LENGTH: Final = 4096


@dataclass(frozen=True, slots=True)
class Mark:
    """A stream, without its tenant, and its last version on each path."""

    aggregate: str
    id: str
    core: int
    secondary: int

    @classmethod
    def of(cls, stream: StreamId, last_on: Mapping[Path, int]) -> Mark:
        """Return the mark of a stream after the commits that ``last_on`` speaks of."""
        return cls(stream.aggregate, stream.id, last_on[Path.CORE], last_on[Path.SECONDARY])

    def want(self, paths: frozenset[Path]) -> int:
        """Return the version that a consumer of these paths must have reached."""
        have = {Path.CORE: self.core, Path.SECONDARY: self.secondary}
        return max(have[path] for path in paths)


def encode_token(*marks: Mark) -> str:
    """Return the token: base64url of up to 50 marks."""
    rows = [[f"{mark.aggregate}/{mark.id}", mark.core, mark.secondary] for mark in marks]
    text = json.dumps(rows, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_token(token: str) -> tuple[Mark, ...]:
    """Read a token; raises InvalidInput on anything that ``encode_token`` doesn't make."""
    try:
        return tuple(_mark(row) for row in _rows(token))
    except (ValueError, TypeError, RecursionError, InvalidInput) as error:
        message = "the Nexus-Consistency header is no consistency token"
        fault = Fault("Nexus-Consistency", "send the consistencyToken of a command as it was given")
        raise InvalidInput(message, [fault]) from error


def _rows(token: str) -> list[Any]:
    padded = token[: MAX_LENGTH + 1].encode("ascii") + b"=" * (-len(token) % 4)
    rows = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_STREAMS or len(token) > MAX_LENGTH:
        raise ValueError
    return rows


def _mark(row: Any) -> Mark:
    name, core, secondary = row
    stream = StreamId.parse(f"-/{name}")
    if not all(type(version) is int and version >= 0 for version in (core, secondary)):
        raise ValueError
    return Mark(stream.aggregate, stream.id, core, secondary)
