"""Which run to make, and what came of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Plan:
    """A seed, and what of its commands and faults is left (None: all)."""

    seed: int
    asks: frozenset[int] | None = None
    faults: frozenset[str] | None = None


@dataclass
class Report:
    """What happened in one run; ``failure`` says which invariant broke."""

    seed: int
    asks: list[int]
    struck: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)
    faults: Counter[Any] = field(default_factory=Counter)
    failure: str | None = None
    trace: list[str] = field(default_factory=list)

    @property
    def broken(self) -> str:
        """The invariant that broke: its number, or ``unexpected``; empty if none."""
        return (self.failure or "").partition(":")[0]

    @property
    def verdict(self) -> str:
        """What failed, and the one line that shows it again."""
        again = f".venv/bin/python -m tests.simulation --seed {self.seed} --trace"
        return f"seed {self.seed}: {self.failure}\n  replay: {again}"


@dataclass
class Sum:
    """Many reports, added up."""

    figures: Counter[str] = field(default_factory=Counter)
    faults: Counter[Any] = field(default_factory=Counter)
    verdicts: list[str] = field(default_factory=list)

    def add(self, report: Report) -> None:
        """Count a run in."""
        self.figures.update({"seeds": 1, **report.figures})
        self.faults.update(report.faults)
        if report.failure is not None:
            self.verdicts.append(report.verdict)

    def __add__(self, other: Sum) -> Sum:
        return Sum(
            self.figures + other.figures,
            self.faults + other.faults,
            [*self.verdicts, *other.verdicts],
        )

    def __str__(self) -> str:
        counts = [*self.figures.items(), *sorted(self.faults.items())]
        lines = [f"{count:>10,}  {name}" for name, count in counts]
        return "\n".join([*lines, f"{len(self.verdicts):>10,}  seeds failed", *self.verdicts])
