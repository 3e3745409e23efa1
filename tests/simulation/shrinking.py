"""Shrinks a failing run: fewer commands and faults, as long as the same invariant breaks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from tests.simulation.plan import Plan
from tests.simulation.simulation import Simulation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.simulation.plan import Report

MOST_RUNS: Final = 400
T = TypeVar("T")


class Shrinker:
    """Tries smaller plans, a bounded number of them."""

    def __init__(self, plan: Plan, report: Report) -> None:
        self.plan = plan
        self.runs = 0
        self.most = MOST_RUNS
        self._report = report

    def shrink(self) -> Plan:
        """Return the smallest plan found that fails in the same way."""
        before = None
        while before != self.plan and self.runs < self.most:
            before = self.plan
            self._fewer(self._report.asks, lambda kept: replace(self.plan, asks=frozenset(kept)))
            self._fewer(
                self._report.struck, lambda kept: replace(self.plan, faults=frozenset(kept))
            )
        return self.plan

    def _fewer(self, items: Sequence[T], plan_of: Callable[[Sequence[T]], Plan]) -> None:
        """Leave out halves, then quarters, and so on down to single ones, while it still fails."""
        size = len(items)
        while size and self.runs < self.most:
            start = 0
            while start < len(items) and self.runs < self.most:
                kept = [*items[:start], *items[start + size :]]
                if self._fails(plan_of(kept)):
                    items = kept
                else:
                    start += size
            size //= 2

    def _fails(self, plan: Plan) -> bool:
        self.runs += 1
        report = Simulation(plan).run()
        if report.broken != self._report.broken:
            return False
        self.plan, self._report = plan, report
        return True


def shrunk(seed: int) -> Report:
    """Return the traced report of the smallest failing plan of a seed, or of the seed itself."""
    plan = Plan(seed)
    report = Simulation(plan).run()
    if report.failure is not None:
        plan = Shrinker(plan, report).shrink()
    return Simulation(plan, trace=True).run()
