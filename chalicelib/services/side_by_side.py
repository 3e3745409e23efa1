"""Independent work side by side: on threads where waiting is long, in turn where it isn't."""

from __future__ import annotations

from contextvars import copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Executor

First = TypeVar("First")
Second = TypeVar("Second")


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Runs calls on an executor's threads, with the caller's context; without one, in turn.

    Work that runs on an executor must not hand out work to the same one: all threads might wait.
    """

    executor: Executor | None = None

    def both(
        self, first: Callable[[], First], second: Callable[[], Second]
    ) -> tuple[First, Second]:
        """Return what both return; raises what either raises, once neither runs any more."""
        if self.executor is None:
            return first(), second()
        other = self.executor.submit(copy_context().run, second)
        try:
            mine = first()
        finally:
            failure = other.exception()
        if failure is not None:
            raise failure
        return mine, other.result()

    def each(self, call: Callable[[First], Second], items: Iterable[First]) -> list[Second]:
        """Return what the call returns for each item, in their order; raises what a call raises."""
        if self.executor is None:
            return [call(item) for item in items]
        running = [self.executor.submit(copy_context().run, call, item) for item in items]
        return [each.result() for each in running]


IN_TURN = SideBySide()
