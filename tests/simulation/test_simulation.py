"""Five hundred seeds of bad weather: every invariant holds in each (make chaos: ten thousand)."""

import os
import subprocess
import sys

import pytest

from tests.simulation.__main__ import run
from tests.simulation.audit import Auditor
from tests.simulation.plan import Plan
from tests.simulation.plants import PLANTS
from tests.simulation.shrinking import Shrinker, shrunk
from tests.simulation.simulation import Simulation
from tests.simulation.tampering import Tampering, width
from tests.simulation.weather import Kind

pytestmark = [
    pytest.mark.requirement("R1"),
    pytest.mark.requirement("R2"),
    pytest.mark.requirement("R3"),
    pytest.mark.requirement("R5"),
    pytest.mark.requirement("T11"),
]

CHUNKS = [range(start, start + 50) for start in range(0, 500, 50)]


@pytest.mark.parametrize("seeds", CHUNKS, ids=lambda seeds: f"{seeds.start}-{seeds.stop - 1}")
def test_every_invariant_holds(seeds):
    """
    Commits, refusals, repeats, snapshots, read models, dead letters and chains are as they must be,
    after every kind of fault; a seed that fails prints the line that replays it.
    """
    total = run(seeds)

    assert [] == total.verdicts, "\n".join(total.verdicts)
    assert set(Kind) == set(+total.faults)
    assert total.figures["commits"] > len(seeds)
    assert total.figures["crashes"] > len(seeds)


class TestReplay:
    def test_a_seed_is_one_run(self):
        """
        The same seed takes the same steps again, in a process with other hashes of texts too.
        """
        first, again = (Simulation(Plan(7), trace=True).run() for _ in range(2))
        script = (
            "from tests.simulation.simulation import *;"
            "print('\\n'.join(Simulation(Plan(7), trace=True).run().trace))"
        )
        elsewhere = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": "4711"},
            capture_output=True,
            text=True,
            check=True,
        )

        assert len(first.trace) > 50
        assert first.trace == again.trace
        assert first.trace == elsewhere.stdout.splitlines()

    def test_a_failure_says_how_to_see_it_again(self):
        """
        The verdict has the line to type, and the run that it shows is shrunk and still fails.
        """
        with PLANTS["skip-if-seen"].planted():
            seed = next(n for n in range(1, 50) if Simulation(Plan(n)).run().failure)
            whole, small = Simulation(Plan(seed)).run(), shrunk(seed)

        assert f"-m tests.simulation --seed {seed} --trace" in small.verdict
        assert whole.broken == small.broken
        assert len(small.asks) + len(small.struck) < len(whole.asks) + len(whole.struck)
        assert 1 <= len(small.asks) <= 6
        assert any("sends key-" in line for line in small.trace)

    def test_shrinking_ends(self):
        """
        However long it could go on, it makes a bounded number of runs.
        """
        with PLANTS["overwrite"].planted():
            plan = Plan(1)
            shrinker = Shrinker(plan, Simulation(plan).run())
            shrinker.most = 10
            shrinker.shrink()

        assert 10 == shrinker.runs


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_fault_is_found(name):
    """
    Within few seeds the simulation breaks on a fault planted into it, and only because of that.
    """
    plant = PLANTS[name]
    for seed in range(1, plant.bound + 1):
        with plant.planted():
            broken = Simulation(Plan(seed)).run().broken
        if broken and not Simulation(Plan(seed)).run().broken:
            assert broken in plant.breaks
            return
    pytest.fail(f"{plant.bound} seeds did not find that {plant.wrong}")


def test_every_bit_of_a_stream_counts():
    """
    Whichever bit of a stored stream is flipped, in key, count, header, body or hash: it shows.
    """
    simulation = Simulation(Plan(2))
    assert simulation.run().failure is None
    auditor: Auditor = simulation.auditor
    longest = max(auditor.stories.values(), key=lambda story: len(story.packed))
    tampering = Tampering(simulation.checks.process, auditor.aggregate.name)

    for place in (0, len(longest.packed) - 1):
        for bit in range(width(longest.packed[place])):
            tampering.flip(longest.packed, place, bit)
