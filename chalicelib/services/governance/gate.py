"""The gate: checks that a change has to pass, each failure told with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import NexusError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chalicelib.services.governance.replay import Difference


@dataclass(frozen=True, slots=True)
class Failure:
    """Where something is wrong (a file, an event type, a history), what, and how to mend it."""

    place: str
    message: str
    fix: str
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the gate; ``run`` may raise a NexusError, which is a failure too."""

    name: str
    proves: str
    run: Callable[[], Iterable[Failure]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A check and what it found."""

    check: Check
    failures: tuple[Failure, ...]


def judge(check: Check) -> Outcome:
    """Run a check."""
    try:
        return Outcome(check, tuple(check.run()))
    except NexusError as error:
        fix = "mend this first: the check could not be made"
        return Outcome(check, (Failure(check.name, str(error), fix),))
