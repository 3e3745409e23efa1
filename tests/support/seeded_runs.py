"""The command line of seeded runs against a real server: many seeds, or one several times."""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Protocol

from tests.simulation.plan import Sum
from tests.support.fetching import CannotRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager

    from tests.simulation.plan import Report
    from tests.simulation.plants import Plant


class World(Protocol):
    """What runs a seed."""

    def run(self, seed: int) -> Report:
        """Make the run of a seed."""


def run_seeds(
    program: str,
    world: Callable[[], AbstractContextManager[World]],
    plants: Mapping[str, Plant],
    usual: int,
) -> int:
    """Return the exit code: 1 if an invariant broke, 2 if the server can't run here.

    ``usual`` is how many seeds run unless the command line says otherwise.
    """
    asked = _arguments(program, plants, usual)
    seeds: Iterable[int] = range(asked.first, asked.first + asked.seeds)
    if asked.seed is not None:
        seeds = [asked.seed] * asked.times
    try:
        with world() as opened, plants[asked.plant].planted() if asked.plant else nullcontext():
            total = _many(opened, seeds)
    except CannotRun as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{total}\n")
    return 1 if total.verdicts else 0


def _many(world: World, seeds: Iterable[int]) -> Sum:
    """Run seeds one after the other; what fails is told at once."""
    total = Sum()
    for seed in seeds:
        report = world.run(seed)
        total.add(report)
        if report.failure is not None:
            sys.stdout.write("\n".join([report.verdict, *report.trace, ""]))
            sys.stdout.flush()
    return total


def _arguments(program: str, plants: Iterable[str], usual: int) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=__doc__)
    parser.add_argument("--seeds", type=int, default=usual, help=f"how many seeds ({usual})")
    parser.add_argument("--first", type=int, default=0, help="the first of them (0)")
    parser.add_argument("--seed", type=int, help="run this seed only")
    parser.add_argument("--times", type=int, default=1, help="so often (1): threads are no dice")
    parser.add_argument("--plant", choices=list(plants), help="with this fault planted")
    return parser.parse_args()
