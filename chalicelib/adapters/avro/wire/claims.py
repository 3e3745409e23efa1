"""The claim check: what is too large for a carrier waits elsewhere, and where it does travels."""

from __future__ import annotations

from typing import Final, Protocol

KINESIS_LIMIT: Final = 900 * 1024
"""Bytes of a frame; a record of Kinesis takes 1 MiB, with its partition key."""

SNS_LIMIT: Final = 150 * 1024
"""Bytes of a frame; base64 makes 200 KB of it, and a message takes 256 KB, with its attributes."""


class ClaimChecks(Protocol):
    """Keeps frames that are too large, until no consumer can come for them any more."""

    def deposit(self, name: str, frame: bytes) -> str:
        """Keep a frame and return its location, a URI; raises Unavailable.

        Equal names come with equal frames, so it may be kept once or again.
        """

    def redeem(self, location: str) -> bytes:
        """Return the frame; raises CorruptStream for a location that is not here, or Unavailable.

        A location comes from the carrier, so it must not lead elsewhere.
        """
