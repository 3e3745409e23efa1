"""The dead-letter port: commits that a consumer could not apply, with their bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.kernel.stream import StreamId


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What could not be applied by whom and why; how often that was found, and when last."""

    consumer: str
    commit: PackedCommit
    reason: str
    attempts: int
    failed_at: datetime


class DeadLetters(Protocol):
    """Letters by (consumer, stream) and version. Each method raises Unavailable if not done."""

    def put(self, letter: DeadLetter) -> None:
        """Keep a letter; one of the same consumer and commit takes its place."""

    def get(self, consumer: str, stream: StreamId) -> Sequence[DeadLetter]:
        """Return the letters of one stream, by version."""

    def remove(self, consumer: str, stream: StreamId) -> None:
        """Forget the letters of a stream: its commits have been applied."""

    def all(self, consumer: str | None = None) -> Sequence[DeadLetter]:
        """Return the letters of one consumer or of all: by consumer, stream and version."""
