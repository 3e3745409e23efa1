"""``python -m tests.simulation``: many seeds counted up, or one shown, shrunk and step by step."""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

from tests.simulation.plan import Plan, Sum
from tests.simulation.plants import PLANTS
from tests.simulation.shrinking import shrunk
from tests.simulation.simulation import Simulation

if TYPE_CHECKING:
    from collections.abc import Iterable

CHUNK: Final = 50
"""Seeds that a process runs before it tells."""


def main() -> int:
    """Return the exit code: 1 if an invariant broke."""
    asked = _arguments()
    if asked.seed is None:
        return many(asked.first, asked.seeds, asked.jobs)
    with PLANTS[asked.plant].planted() if asked.plant else nullcontext():
        return one(asked.seed, trace=asked.trace)


def one(seed: int, *, trace: bool) -> int:
    """Run a seed and say what came of it, with every step if asked."""
    report = shrunk(seed) if trace else Simulation(Plan(seed)).run()
    lines = [*report.trace, f"commands: {report.asks}", f"faults: {report.struck}"]
    told = report.verdict if report.failure else f"seed {seed}: every invariant holds"
    _tell("\n".join([*lines, told] if trace else [told]))
    return 1 if report.failure else 0


def many(first: int, seeds: int, jobs: int) -> int:
    """Run many seeds on several processes, and say what was injected and what broke."""
    chunks = [
        range(start, min(start + CHUNK, first + seeds))
        for start in range(first, first + seeds, CHUNK)
    ]
    total = Sum()
    with ProcessPoolExecutor(jobs) as pool:
        for done in pool.map(run, chunks):
            total += done
            if done.verdicts or total.figures["seeds"] % 1_000 == 0:
                _tell("\n".join([f"{total.figures['seeds']:,} seeds", *done.verdicts]))
    _tell(str(total))
    return 1 if total.verdicts else 0


def run(seeds: Iterable[int]) -> Sum:
    """Run seeds one after the other."""
    total = Sum()
    for seed in seeds:
        total.add(Simulation(Plan(seed)).run())
    return total


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="run this seed only")
    parser.add_argument("--trace", action="store_true", help="show its steps, shrunk if it fails")
    parser.add_argument("--plant", choices=PLANTS, help="with this fault planted")
    parser.add_argument("--seeds", type=int, default=500, help="how many seeds (500)")
    parser.add_argument("--first", type=int, default=0, help="the first of them (0)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at a time")
    return parser.parse_args()


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
