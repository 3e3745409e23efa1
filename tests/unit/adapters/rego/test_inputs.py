"""Which rules may read an unknown part of a question: told by their text, rather too many."""

import pytest

from chalicelib.adapters.rego.bundle import Bundle, read_bundle
from chalicelib.adapters.rego.inputs import readers
from chalicelib.wiring.resources import resource

pytestmark = pytest.mark.requirement("R9")

RULE = "nexus.commands.rule"


def reads(text, unknown=("command.data",)):
    """Whether a rule of this text does, beside a library that does."""
    library = "total := input.command.data.totalAmount"
    rules = {"commands/rule.rego": text, "lib/sums.rego": library}
    return RULE in readers(Bundle(rules, (), "00"), unknown)


@pytest.mark.parametrize(
    "text",
    [
        "input.command.data.amount > 1",
        "input.command.data",
        "some name, value in input.command",
        'input["command"]',
        "import input.command as asked",
        "walk(input, [path, value])",
        "import data.nexus.lib.sums",
        "data.nexus[name]",
        "data[name]",
    ],
)
def test_a_rule_that_may_read_it(text):
    """By its path, by what holds it, through a library, or in a way that is not to be told."""
    assert reads(text)


@pytest.mark.parametrize(
    "text",
    [
        'input.command.type == "orders.PlaceOrder"',
        "input.principal.roles",
        "is_object(input.command.data)",
        'reason := "The input.command.data are"',
        "# input.command.data",
        "data.commands.roles",
        "data.nexus.lib.unknown",
    ],
)
def test_a_rule_that_does_not(text):
    """As texts and comments don't, and what only asks whether there are data."""
    assert not reads(text)


def test_another_part_has_other_readers():
    """Of the platform's own rules."""
    bundle = read_bundle(resource("policies/rego"))

    assert {"nexus.commands.large_orders"} == {
        each for each in readers(bundle, ["command.data"]) if each.startswith("nexus.commands.")
    }
    assert "nexus.commands.effective_time" in readers(bundle, ["effectiveAt"])
    assert frozenset() == readers(bundle, [])
