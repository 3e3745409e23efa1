"""Event-source mappings as Lambda has them, in process: a feed, a handler and a checkpoint."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chalicelib.adapters.embedded.bus import Checkpoints
    from chalicelib.adapters.embedded.feeds import Feed
    from chalicelib.kernel.commit import PackedCommit

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Who handles the records of a feed; its checkpoint is kept under its name.

    The handler gets batches in order, each at least once: again if it raised, or if the process
    ended before the checkpoint was kept.
    """

    name: str
    source: Feed
    handle: Callable[[Sequence[PackedCommit]], None]
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
        records = self.mapping.source.read(self.checkpoint, self.mapping.batch_size)
        if records:
            self.mapping.handle([commit for _, commit in records])
            sequence, _ = records[-1]
            self._checkpoints.save(self.mapping.name, sequence)
            self.checkpoint = sequence
        return len(records)

    def _failed(self, error: Exception) -> None:
        self.failures += 1
        self._error = f"{type(error).__name__}: {error}"
        if self._error not in self._logged:
            self._logged.add(self._error)
            logger.error("%s fails, and is tried again", self.mapping.name, exc_info=error)
