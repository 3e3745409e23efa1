"""Four seeds of bad weather between four processes and DynamoDB Local (make chaos: more)."""

import pytest

from tests.integration.dynamodb_faults.plants import PLANTS
from tests.integration.dynamodb_faults.run import World
from tests.integration.dynamodb_faults.weather import Kind
from tests.simulation.plan import Sum

pytestmark = [
    pytest.mark.requirement("R1"),
    pytest.mark.requirement("R2"),
    pytest.mark.requirement("R3"),
    pytest.mark.requirement("T2"),
    pytest.mark.requirement("T11"),
]

SEEDS = range(9, 13)
"""Among them every fault is frequent."""
FEW_SCENES = 6
"""As many as a planted fault needs to show."""


@pytest.fixture(name="world", scope="module")
def _world(dynamodb_local):
    return World(dynamodb_local)


def test_every_invariant_holds(world):
    """
    One winner for each version; what was acknowledged is there once, with the very answer given;
    what was refused is nowhere, and for a reason that the log shows; chains, snapshots and loads
    are right. A seed that fails prints the line that runs it again.
    """
    total = Sum()
    for seed in SEEDS:
        total.add(world.run(seed))

    assert [] == total.verdicts, "\n".join(total.verdicts)
    assert set(Kind) == set(+total.faults)
    assert total.figures["sendings"] > total.figures["commands"]
    assert total.figures["commits"] > 40 * len(SEEDS)
    assert total.figures["inserts settled by a read"] > 10 * len(SEEDS)


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_fault_is_found(world, name):
    """
    Within few seeds a fault planted into the write path breaks what it must break.
    """
    plant = PLANTS[name]
    for seed in SEEDS:
        with plant.planted():
            report = world.run(seed, FEW_SCENES)
        if report.failure is not None:
            assert report.broken in plant.breaks, report.failure
            assert f"--seed {seed}" in report.verdict
            return
    pytest.fail(f"{len(SEEDS)} seeds did not find that {plant.wrong}")
