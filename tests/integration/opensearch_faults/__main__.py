"""``python -m tests.integration.opensearch_faults``: many seeds, or one several times."""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.integration.opensearch_faults.plants import PLANTS
from tests.integration.opensearch_faults.run import World
from tests.simulation.plan import Sum
from tests.support.fetching import CannotRun
from tests.support.opensearch_node import Mortal

if TYPE_CHECKING:
    from collections.abc import Iterable


def main() -> int:
    """Return the exit code: 1 if an invariant broke, 2 if there is no node here."""
    asked = _arguments()
    seeds: Iterable[int] = range(asked.first, asked.first + asked.seeds)
    if asked.seed is not None:
        seeds = [asked.seed] * asked.times
    try:
        planted = PLANTS[asked.plant].planted() if asked.plant else nullcontext()
        with TemporaryDirectory() as folder, Mortal(Path(folder)) as node, planted:
            total = many(World(node), seeds)
    except CannotRun as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{total}\n")
    return 1 if total.verdicts else 0


def many(world: World, seeds: Iterable[int]) -> Sum:
    """Run seeds one after the other; what fails is told at once."""
    total = Sum()
    for seed in seeds:
        report = world.run(seed)
        total.add(report)
        if report.failure is not None:
            sys.stdout.write("\n".join([report.verdict, *report.trace, ""]))
            sys.stdout.flush()
    return total


def _arguments() -> argparse.Namespace:
    program = "python -m tests.integration.opensearch_faults"
    parser = argparse.ArgumentParser(prog=program, description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="how many seeds (10)")
    parser.add_argument("--first", type=int, default=0, help="the first of them (0)")
    parser.add_argument("--seed", type=int, help="run this seed only")
    parser.add_argument("--times", type=int, default=1, help="so often (1): threads are no dice")
    parser.add_argument("--plant", choices=PLANTS, help="with this fault planted")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
