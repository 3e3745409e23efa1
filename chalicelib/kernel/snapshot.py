"""A snapshot: a state to start from, so that a load needs the tail only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.kernel.head import Head
    from chalicelib.kernel.stream import StreamId


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The encoded state of a stream at its head's version.

    ``reducer`` names the evolve function and the state's schema that made it; under any other it is
    discarded before it is decoded.
    """

    stream: StreamId
    head: Head
    reducer: str
    state: bytes

    @property
    def version(self) -> int:
        """The last event version that the state includes."""
        return self.head.version
