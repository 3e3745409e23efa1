"""Each rule about plans denies what it is for and nothing else, in OPA, conftest and in process."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest

from chalicelib.kernel.errors import ToolFailed
from tests.support.fetching import needed_in_ci
from tests.support.mutations import MUTATIONS, Mutation, mutations, recorded
from tests.support.rule_engines import by_conftest, by_opa, by_regorus, rules_of

KIND: Final = "terraform"
pytestmark = [pytest.mark.requirement("R9"), pytest.mark.requirement("T4")]

ALL = mutations()
ROOTS = ("foundation", "services")
NO_PLANS: Final[dict[str, Any]] = {
    "nothing": {},
    "null": None,
    "list": [],
    "text": "plan",
    "number": 1,
    "another-document": {"name": "nexus", "resource_changes": {}},
    "empty-plan": {"format_version": "1.2", "resource_changes": []},
    "odd-changes": {"format_version": "1.2", "resource_changes": [None, 1, "x", {}, []]},
}


@pytest.fixture(scope="module")
def plans():
    """Return every plan that is asked about, by a name that can be a file's."""
    return {root: recorded(root) for root in ROOTS} | {each.name: each.plan() for each in ALL}


@pytest.fixture(scope="module")
def denied(plans):
    return by_regorus(KIND, plans)


@pytest.mark.parametrize("root", ROOTS)
def test_what_is_deployed_passes(denied, root):
    """The recorded plans break no rule."""
    assert frozenset() == denied[root]


@pytest.mark.parametrize("mutation", [pytest.param(each, id=each.name) for each in ALL])
def test_a_plan_that_breaks_a_rule_is_denied_by_that_rule_only(denied, mutation: Mutation):
    """No rule stands in for another, so none can go missing unnoticed."""
    assert {mutation.rule} == {each.rule for each in denied[mutation.name]}, mutation.about


def test_there_are_at_least_two_such_plans_for_each_rule():
    """Forty in all, and no fixtures of a rule that there isn't."""
    counts = Counter(f"nexus.{each.rule}" for each in ALL)

    assert sorted(rules_of(f"nexus.{KIND}")) == sorted(counts)
    assert [] == [rule for rule, count in counts.items() if count < 2]
    assert len(ALL) >= 40


def test_each_fixture_says_what_it_is_about():
    """A sentence of its own."""
    assert len(ALL) == len({each.about for each in ALL})
    assert [] == [each.name for each in ALL if len(each.about.split()) < 3]
    assert {".json"} == {file.suffix for file in MUTATIONS.iterdir()}


def test_opa_and_conftest_agree(plans, denied):
    """On the rule, what it denies and its words, of every plan; also of what is no plan at all."""
    every = plans | NO_PLANS
    expected = denied | by_regorus(KIND, NO_PLANS)
    asked = {name: plan for name, plan in every.items() if name != "list"}

    with needed_in_ci(), ThreadPoolExecutor(2) as threads:
        opa = threads.submit(by_opa, KIND, every)
        conftest = threads.submit(by_conftest, KIND, asked)
        by_both = opa.result(), conftest.result()

    assert expected == by_both[0]
    assert {name: expected[name] for name in asked} == by_both[1]


def test_an_empty_list_is_refused():
    """Conftest asks about the items of a list, one by one: then no rule was asked."""
    with needed_in_ci(), pytest.raises(ToolFailed, match="conftest did not decide by"):
        by_conftest(KIND, {"list": []})


@pytest.mark.parametrize("name", NO_PLANS)
def test_what_is_no_plan_is_denied(name):
    """Nothing passes because there was nothing to find."""
    found = by_regorus(KIND, {name: NO_PLANS[name]})[name]

    assert ("terraform.well_formed", "plan") in {(each.rule, each.subject) for each in found}
