"""A step of the demo: a small declared thing, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.cli.demo.stage import Stage


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing that was done, and what answered it."""

    how: str
    """The request or call, short."""
    answered: str
    expected: bool
    """Whether it ended as it must."""
    harmless: bool = False
    """Whether it must go through: what shows that not simply everything is stopped."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is tried, and what has to stop it."""

    name: str
    title: str
    tries: str
    """In one line that a newcomer understands."""
    stopped_by: str
    """What stands in the way; empty if all of it must go through."""
    attempts: Callable[[Stage], Iterator[Attempt]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A step that was taken; ``error`` says why not all of it could be tried."""

    step: Step
    attempts: tuple[Attempt, ...]
    seconds: float
    error: str = ""

    @property
    def held(self) -> bool:
        """Whether all was tried, and ended as it must."""
        tried = any(each.harmless != bool(self.step.stopped_by) for each in self.attempts)
        return tried and not self.error and all(each.expected for each in self.attempts)
