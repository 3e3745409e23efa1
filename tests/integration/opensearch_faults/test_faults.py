"""Two seeds of bad weather between the log and an OpenSearch node (make chaos: more)."""

import pytest

from tests.integration.opensearch_faults.run import World
from tests.simulation.plan import Sum
from tests.support.fetching import needed_in_ci
from tests.support.opensearch_node import Mortal

pytestmark = [
    pytest.mark.requirement("R6"),
    pytest.mark.requirement("T8"),
    pytest.mark.requirement("T11"),
]

SEEDS = (31, 188)
"""Without a killed node, which takes seconds to come back; all other faults are frequent."""


@pytest.fixture(name="world", scope="module")
def _world(tmp_path_factory):
    with needed_in_ci():
        node = Mortal(tmp_path_factory.mktemp("opensearch"))
    with node:
        yield World(node)


def test_every_index_is_the_fold_of_the_log(world):
    """
    Each index of each lineup, whatever came twice, late or in part; what was accepted is applied or
    parked; and no read lacks what was acknowledged. A seed that fails prints what runs it again.
    """
    total = Sum()
    for seed in SEEDS:
        total.add(world.run(seed))

    assert [] == total.verdicts, "\n".join(total.verdicts)
    assert total.figures["switches"] > 0
    assert total.figures["crashes"] > 0
    assert total.figures["streams parked"] > 0
