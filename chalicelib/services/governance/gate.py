"""The gate: checks that a change has to pass, each failure told with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import MissingTool, NexusError
from chalicelib.services.governance.rules import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chalicelib.services.governance.replay import Difference
    from chalicelib.services.governance.rules import Rule


@dataclass(frozen=True, slots=True)
class Failure:
    """Where something is wrong (a file, an event type, a resource), what, and how to mend it.

    ``rule`` is the one that is broken, where it is written down; ``file`` is where that can be
    shown, relative to the checkout, and ``line`` counts from 1 (0: the whole file).
    """

    place: str
    message: str
    fix: str
    differences: tuple[Difference, ...] = ()
    rule: Rule | None = None
    file: str = ""
    line: int = 0

    @property
    def severity(self) -> Severity:
        """How bad it is; what has no rule of its own is high."""
        return self.rule.severity if self.rule else Severity.HIGH


@dataclass(frozen=True, slots=True)
class Note:
    """What should be known, and is not wrong."""

    place: str
    message: str
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the gate; ``run`` may raise a NexusError, which is a failure too.

    ``group`` is what it is about: checks can be chosen by it.
    """

    name: str
    proves: str
    run: Callable[[], Iterable[Failure | Note]]
    group: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A check and what it found; ``missing`` says what it needs, if it was not run."""

    check: Check
    failures: tuple[Failure, ...]
    notes: tuple[Note, ...] = ()
    missing: str = ""
    seconds: float = 0.0


def judge(check: Check, *, strict: bool = False) -> Outcome:
    """Run a check; where a program is missing, ``strict`` makes that a failure."""
    started, found, missing = perf_counter(), list[Failure | Note](), ""
    try:
        found.extend(check.run())
    except MissingTool as error:
        missing = str(error)
        found.extend([_unmade(check, error)] if strict else [])
    except NexusError as error:
        found.append(_unmade(check, error))
    failures = tuple(each for each in found if isinstance(each, Failure))
    notes = tuple(each for each in found if isinstance(each, Note))
    return Outcome(check, failures, notes, missing, perf_counter() - started)


def _unmade(check: Check, error: NexusError) -> Failure:
    return Failure(check.name, str(error), "mend this first: the check could not be made")
