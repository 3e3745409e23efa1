"""The pump: carries commits from the store to the router, and from the bus to its consumers."""

from __future__ import annotations

import logging
import random
import threading
import time
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.embedded.mappings import Worker
from chalicelib.kernel.errors import Misconfigured, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from chalicelib.adapters.embedded.bus import Checkpoints
    from chalicelib.adapters.embedded.feeds import Feed
    from chalicelib.adapters.embedded.mappings import Mapping, MappingStatus

logger = logging.getLogger(__name__)

IDLE: Final = 0.5
"""Seconds at most until the feeds are looked at again, should nobody have rung."""
FIRST_PAUSE: Final = 0.1
"""Seconds, at most, after a mapping's first failure; doubled for each one more."""
LONGEST_PAUSE: Final = 5.0


class Pump:
    """Runs mappings in the order given: first the one that routes, then those behind the bus.

    Either call ``step`` by hand, or ``start`` a thread. The thread sleeps until ``bell`` is set,
    which is for the event store and the bus to do (``wake=bell.set``).
    """

    def __init__(
        self,
        checkpoints: Checkpoints,
        mappings: Iterable[Mapping],
        bell: threading.Event | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._workers = [Worker(mapping, checkpoints) for mapping in mappings]
        self._bell = bell or threading.Event()
        self._clock = clock
        self._due: dict[Worker, float] = {}
        """When those that failed are tried again."""
        self._trimmed: dict[Feed, int] = {}
        self._thread: threading.Thread | None = None
        self._stopping = False
        names = [worker.mapping.name for worker in self._workers]
        if len(names) != len(set(names)):
            message = f"two mappings share a name, and so a checkpoint: {', '.join(sorted(names))}"
            raise Misconfigured(message)

    def step(self) -> int:
        """Run each mapping once, failing ones too; return how many records were handled."""
        handled = sum(self._run(worker) for worker in self._workers)
        self._trim()
        return handled

    def start(self) -> None:
        """Run on a thread until ``stop``."""
        self._stopping = False
        self._thread = threading.Thread(target=self._loop, name="pump", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Return once the batch under way, if any, is done."""
        self._stopping = True
        self._bell.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def status(self) -> list[MappingStatus]:
        """Return how each mapping does, in their order; raises Unavailable."""
        return [worker.status() for worker in self._workers]

    def _loop(self) -> None:
        while True:
            self._bell.clear()  # before looking, so that what happens meanwhile rings again
            if self._stopping:
                return
            if not self._round():
                self._bell.wait(self._pause())

    def _round(self) -> int:
        """Run the mappings that are not waiting out a failure."""
        now = self._clock()
        ready = [worker for worker in self._workers if self._due.get(worker, now) <= now]
        handled = sum(self._run(worker) for worker in ready)
        self._trim()
        return handled

    def _run(self, worker: Worker) -> int:
        handled = worker.run()
        if worker.failures:
            self._due[worker] = self._clock() + _backoff(worker.failures)
        else:
            self._due.pop(worker, None)
        return handled

    def _pause(self) -> float:
        now = self._clock()
        return max(0.0, min([IDLE, *(due - now for due in self._due.values())]))

    def _trim(self) -> None:
        """Let each feed forget what all of its mappings have handled."""
        for feed, upto in _lowest(self._workers).items():
            if upto > self._trimmed.get(feed, 0):
                self._trimmed[feed] = upto
                try:
                    feed.trim(upto)
                except Unavailable as error:  # there is a next time, and nothing is lost till then
                    logger.warning("handled records are not trimmed: %s", error)


def _lowest(workers: Sequence[Worker]) -> dict[Feed, int]:
    lowest: dict[Feed, int] = {}
    for worker in workers:
        feed = worker.mapping.source
        lowest[feed] = min(worker.checkpoint, lowest.get(feed, worker.checkpoint))
    return lowest


def _backoff(failures: int) -> float:
    """Return seconds; the jitter keeps mappings that failed together from coming back together."""
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - 1, 10))
    return pause * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
