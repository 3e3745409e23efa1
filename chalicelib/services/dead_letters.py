"""Dead letters: the port that keeps commits which a consumer could not take, with their bytes."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chalicelib.kernel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.event_store import EventStore

logger = logging.getLogger(__name__)


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

    def remove(self, consumer: str, stream: StreamId, upto: int) -> None:
        """Forget the letters of a stream up to the commit that starts at a version."""

    def all(self, consumer: str | None = None) -> Sequence[DeadLetter]:
        """Return the letters of one consumer or of all: by consumer, stream and version."""

    def count(self) -> int:
        """Return how many letters there are."""


@dataclass(frozen=True, slots=True)
class DeadLetterBox:
    """Takes what a handler failed on, where order does not matter, and gives it back to it."""

    consumer: str
    letters: DeadLetters
    handle: Callable[[Sequence[PackedCommit]], None]
    events: EventStore
    now: Callable[[], datetime]

    def put(self, commit: PackedCommit, failure: Exception, attempts: int) -> None:
        """Keep a commit that failed; raises Unavailable."""
        reason = f"{type(failure).__name__}: {failure}"
        logger.error(
            "%s puts %s@%d aside: %s", self.consumer, commit.stream, commit.version, reason
        )
        self.letters.put(DeadLetter(self.consumer, commit, reason, attempts, self.now()))

    def redrive(self, stream: StreamId) -> bool:
        """Handle the letters of a stream again; false if that fails. Raises Unavailable.

        A commit that the event store does not have, as after it was put back from a copy, has not
        happened: it is not handled, and its letter goes with the others.
        """
        letters = self.letters.get(self.consumer, stream)
        try:
            self.handle([letter.commit for letter in letters if self._happened(letter.commit)])
        except Unavailable:
            raise
        except Exception as failure:  # noqa: BLE001 - whatever it is, the letters stay
            for letter in letters:
                self.put(letter.commit, failure, letter.attempts + 1)
            return False
        newest = max((letter.commit.version for letter in letters), default=0)
        self.letters.remove(self.consumer, stream, newest)
        return True

    def _happened(self, commit: PackedCommit) -> bool:
        if self.events.commit_at(commit.stream, commit.version) == commit:
            return True
        logger.warning(
            "%s forgets %s@%d: no such commit is stored",
            self.consumer,
            commit.stream,
            commit.version,
        )
        return False
