"""The positions port: how far each consumer has come in each stream, and where it stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.kernel.stream import StreamId


@dataclass(frozen=True, slots=True)
class Position:
    """The last event version applied; ``parked`` tells why the stream goes no further, if so."""

    version: int = 0
    parked: str | None = None


@dataclass(frozen=True, slots=True)
class ParkedStream:
    """A stream that a consumer has stopped in, behind which version and why."""

    consumer: str
    stream: StreamId
    version: int
    reason: str


class Positions(Protocol):
    """Positions by (consumer, stream). Each method raises Unavailable if it could not be done."""

    def get(self, consumer: str, stream: StreamId) -> Position:
        """Return the position; version 0 for a stream never seen. Strongly consistent."""

    def advance(self, consumer: str, versions: Mapping[StreamId, int]) -> None:
        """Move streams forward to versions; never moves one back."""

    def park(self, consumer: str, stream: StreamId, version: int, reason: str) -> None:
        """Mark the stream as stopped behind a version."""

    def release(self, consumer: str, stream: StreamId) -> None:
        """Take the mark off; the next commit, or a redelivered one, goes on from the position."""

    def parked(self, consumer: str | None = None) -> Sequence[ParkedStream]:
        """Return the parked streams, of one consumer or of all, sorted."""
