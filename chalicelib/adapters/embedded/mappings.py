"""Event-source mappings as Lambda has them, in process: a feed, a handler and a checkpoint."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Misconfigured, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chalicelib.adapters.embedded.bus import Checkpoints
    from chalicelib.adapters.embedded.feeds import Feed
    from chalicelib.adapters.embedded.records import Record
    from chalicelib.kernel.commit import PackedCommit

logger = logging.getLogger(__name__)

TRIES: Final = 5
"""Tries that a record gets by itself before it is put aside."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Who handles the records of a feed; its checkpoint is kept under its name.

    The handler gets batches in order, each at least once: again if it raised, or if the process
    ended before the checkpoint was kept. A batch that fails is halved until the record that is to
    blame stands alone; that one is put aside, so that it delays the others by a bounded time. While
    a dependency is Unavailable, or the system Misconfigured, nobody is to blame.
    """

    name: str
    source: Feed
    handle: Callable[[Sequence[PackedCommit]], None]
    put_aside: Callable[[PackedCommit, Exception, int], None]
    """Takes the record, its last error and the number of its tries."""
    batch_size: int = 100


@dataclass(frozen=True, slots=True)
class MappingStatus:
    """How a mapping does: its lag in records, and its last error while it fails in a row."""

    name: str
    checkpoint: int
    lag: int
    error: str | None
    failures: int


class Worker:
    """One mapping at work."""

    def __init__(self, mapping: Mapping, checkpoints: Checkpoints) -> None:
        self.mapping = mapping
        self.checkpoint = checkpoints.get(mapping.name)
        self.failures = 0
        self._limit = mapping.batch_size
        self._batch: Sequence[Record] = ()
        self._tries = 0
        """Of the first record, since it stands alone."""
        self._checkpoints = checkpoints
        self._error: str | None = None
        self._logged: set[str] = set()

    def run(self) -> int:
        """Handle one batch and return its number of records; a failure leaves the checkpoint."""
        try:
            handled = self._advance()
        except Exception as error:  # noqa: BLE001 - what one handler raises must not stop others
            self._failed(error)
            return 0
        if self.failures:
            logger.info("%s works again after %d failures", self.mapping.name, self.failures)
            self.failures, self._error = 0, None
            self._logged.clear()
        return handled

    def status(self) -> MappingStatus:
        """Return how it does; raises Unavailable."""
        lag = self.mapping.source.waiting(self.checkpoint)
        return MappingStatus(self.mapping.name, self.checkpoint, lag, self._error, self.failures)

    def _advance(self) -> int:
        self._batch = ()
        self._batch = records = self.mapping.source.read(self.checkpoint, self._limit)
        if records:
            self.mapping.handle([commit for _, commit in records])
            self._pass(records)
            self._limit = min(self._limit * 2, self.mapping.batch_size)
        return len(records)

    def _pass(self, records: Sequence[Record]) -> None:
        sequence, _ = records[-1]
        self._checkpoints.save(self.mapping.name, sequence)
        self.checkpoint = sequence
        self._tries = 0

    def _narrow(self, error: Exception) -> None:
        """Halve a batch that has failed, or put its only record aside."""
        if len(self._batch) > 1:
            self._limit = (len(self._batch) + 1) // 2
            return
        self._tries += 1
        if self._tries >= TRIES:
            ((_, commit),) = self._batch
            self.mapping.put_aside(commit, error, self._tries)
            self._pass(self._batch)

    def _failed(self, error: Exception) -> None:
        self.failures += 1
        self._error = f"{type(error).__name__}: {error}"
        if self._error not in self._logged:
            self._logged.add(self._error)
            logger.error("%s fails, and is tried again", self.mapping.name, exc_info=error)
        if self._batch and not isinstance(error, Misconfigured | Unavailable):
            try:
                self._narrow(error)
            except Exception as failure:  # noqa: BLE001 - whatever it is, others must not stop
                message = "%s can't put a record aside, and tries again: %s"
                logger.warning(message, self.mapping.name, failure)
