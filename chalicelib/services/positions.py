"""The positions port: how far each consumer has come in each stream, and where it stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.kernel.stream import StreamId


@dataclass(frozen=True, slots=True)
class Position:
    """The last event version applied; ``parked`` tells why the stream goes no further, if so.

    ``waiting`` counts the deliveries that have come since; the commits themselves are in the store.
    """

    version: int = 0
    parked: str | None = None
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class ParkedStream:
    """A stream that a consumer has stopped in: behind which version, why, how many deliveries."""

    consumer: str
    stream: StreamId
    version: int
    reason: str
    waiting: int = 0


class Positions(Protocol):
    """Positions by (consumer, stream). Each method raises Unavailable if it could not be done."""

    def get(self, consumer: str, stream: StreamId) -> Position:
        """Return the position; version 0 for a stream never seen. Strongly consistent."""

    def advance(self, consumer: str, versions: Mapping[StreamId, int]) -> None:
        """Move streams forward to versions; never moves one back."""

    def park(self, consumer: str, stream: StreamId, version: int, reason: str) -> None:
        """Mark the stream as stopped behind a version; a mark that is there gets the reason."""

    def wait(self, consumer: str, stream: StreamId) -> bool:
        """Count a delivery in behind a parked stream; false, uncounted, if it is not parked."""

    def release(self, consumer: str, stream: StreamId, waiting: int) -> bool:
        """Take the mark off, if any, unless more than these deliveries wait; false if they do."""

    def parked(self, consumer: str | None = None) -> Sequence[ParkedStream]:
        """Return the parked streams, of one consumer or of all, sorted."""


def published(
    commits: Sequence[PackedCommit], parked: Sequence[ParkedStream]
) -> Sequence[PackedCommit]:
    """Return commits without those that the router holds back: they come once it goes on."""
    stopped = {each.stream: each.version for each in parked}
    return [each for each in commits if each.version <= stopped.get(each.stream, each.version)]
