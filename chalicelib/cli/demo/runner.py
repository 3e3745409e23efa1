"""Takes the steps, one after the other; none's failure keeps the others from being taken."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from chalicelib.cli.demo.step import Attempt, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chalicelib.cli.demo.stage import Stage
    from chalicelib.cli.demo.step import Step


def take(steps: Iterable[Step], stage: Stage) -> Iterator[Outcome]:
    """Yield what came of each; what could not be tried was not stopped either."""
    for step in steps:
        started = time.monotonic()
        attempts: list[Attempt] = []
        error = ""
        try:
            for attempt in step.attempts(stage):
                attempts.append(attempt)  # noqa: PERF402 - what was tried before a failure counts
        except Exception as failure:  # noqa: BLE001 - a hole can show itself in any way
            error = f"{type(failure).__name__}: {failure}"
        yield Outcome(step, tuple(attempts), time.monotonic() - started, error)
