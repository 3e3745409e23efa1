"""What an operation of Nexus may cost: a change that makes one dearer has to say so here."""

import pytest

from tests.bench.asking import asking
from tests.bench.installing import NEXUS
from tests.bench.meter import Meter
from tests.bench.table import ROWS, Trial

pytestmark = pytest.mark.requirement("T18")

BUDGETS = {
    "append 1 event of 300 B": (1, 0, 1),
    "append 5 of 300 B in one command": (1, 0, 1),
    "append 5 of 1 KB in one command": (2, 0, 1),
    "append 1,000 of 300 B in one command": (70, 0, 1),
    "load 100 events of 300 B, strong": (0, 5, 1),
    "load 100 events of 300 B, eventual": (0, 2.5, 1),
    "load with a snapshot of 20 commands": (0, 1.5, 2),
    "lost race": (1, 1, 2),
    "the same append again": (1, 1, 2),
}
"""Write units, read units and requests, at most."""


@pytest.fixture(name="store", scope="module")
def _store(dynamodb_local):
    with Meter(dynamodb_local.endpoint) as meter, asking(NEXUS, meter) as store:
        yield store


@pytest.mark.parametrize("name", BUDGETS)
def test_an_operation_keeps_its_budget(store, name):
    """The row of the benchmark that has this name is done, and costs no more."""
    (row,) = [row for row in ROWS if row.name == name]

    cell = row.run(Trial(store, f"row-{ROWS.index(row)}", prose=row.prose))

    assert cell.cost is not None, cell.text
    spent = (cell.cost.write_units, cell.cost.read_units, cell.cost.requests)
    assert all(each <= most for each, most in zip(spent, BUDGETS[name], strict=True)), cell.text


def test_too_much_for_one_commit_is_refused_before_it_is_sent(store):
    """Nothing of it is written, and no request is made for it."""
    trial = Trial(store, "too-much", prose=False)
    trial.fill(1, 300)

    outcome = trial.append(trial.events(8_000, 300))

    assert ("CommitTooLarge", 0) == (outcome.error, outcome.cost.requests)
    assert trial.ids == trial.load(strong=True).answer
