"""Parking: a stream stops at a commit that its consumer can't take, and the others go on."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.services.dead_letters import DeadLetter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.dead_letters import DeadLetters
    from chalicelib.services.positions import Position, Positions

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parking:
    """One consumer's streams that have stopped: their marks, and the letters that say why.

    What is delivered behind a mark waits: it is counted, and read from the store when the stream
    goes on. So accepted = applied + dead-lettered + waiting, always.
    """

    consumer: str
    positions: Positions
    letters: DeadLetters
    now: Callable[[], datetime]

    def holds(self, stream: StreamId, position: Position) -> bool:
        """Tell whether a delivery has to wait; it is counted then."""
        return position.parked is not None and self.positions.wait(self.consumer, stream)

    def park(self, commit: PackedCommit, version: int, failure: Exception, attempts: int) -> None:
        """Stop a stream behind a version, at a commit: first its letter, then its mark."""
        stream, reason = commit.stream, f"{type(failure).__name__}: {failure}"
        logger.error("%s parks %s behind version %d: %s", self.consumer, stream, version, reason)
        before = sum(
            letter.attempts
            for letter in self.letters.get(self.consumer, stream)
            if letter.commit.version == commit.version
        )
        letter = DeadLetter(self.consumer, commit, reason, before + attempts, self.now())
        self.letters.put(letter)
        self.positions.park(self.consumer, stream, version, reason)

    def drain(self, stream: StreamId, go_on: Callable[[Position], bool]) -> bool:
        """Let a stream go on until nothing waits behind it, then take off its mark and letters.

        ``go_on`` applies what lies behind a position; it returns false, and so does this, if the
        stream has stopped again. A crash, or another redrive, may have left a mark without its
        letter or a letter without its mark: either is reason enough to go on.
        """
        while True:
            position = self.positions.get(self.consumer, stream)
            letters = self.letters.get(self.consumer, stream)
            if position.parked is None and not letters:
                return True
            if not go_on(position):
                return False
            if self.positions.release(self.consumer, stream, position.waiting):
                self._forget(stream, letters)
                return True

    def _forget(self, stream: StreamId, letters: Sequence[DeadLetter]) -> None:
        """Take off the letters of a stream that has gone on.

        Since then it may have stopped again, further on: that letter stays. Where it has not, a
        letter may lie ahead of the position, if its commit has nothing for this consumer after all.
        """
        now = self.positions.get(self.consumer, stream)
        ahead = () if now.parked is not None else (letter.commit.version for letter in letters)
        self.letters.remove(self.consumer, stream, max([now.version, *ahead]))
