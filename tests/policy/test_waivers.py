"""Each rule about what is built can be waived, in one way; only what is no plan at all can't."""

from __future__ import annotations

import json
import shutil

import pytest

from chalicelib.adapters.rego.build_time import BuildTimeRules
from tests.policy.schema_fixtures import broken_schemas
from tests.support.mutations import mutations
from tests.support.rule_engines import POLICIES

pytestmark = [pytest.mark.requirement("R9"), pytest.mark.requirement("T4")]

NEVER = "terraform.well_formed"


@pytest.fixture(name="policies")
def _policies(tmp_path):
    """A copy of the policies, for waivers of its own."""
    folder = tmp_path / "rego"
    shutil.copytree(POLICIES, folder)
    return folder


def waive(policies, denied):
    """Record a waiver for each denial."""
    waivers = [
        {
            "rule": each.rule.removeprefix("nexus."),
            "subject": each.subject,
            "reason": "It is tried.",
            "approvedBy": "platform",
            "expires": "2200-12-31",
        }
        for each in denied
    ]
    (policies / "gates/data.json").write_text(json.dumps({"waivers": waivers}))


def judged(policies, documents):
    rules = BuildTimeRules(policies, "terraform")
    return [denial for document in documents for denial in rules.judge(document)]


def test_a_plan_passes_when_what_denies_it_is_waived(policies):
    """
    The first fixture of each rule, with a waiver for each address that it denies.
    """
    first = {each.rule: each for each in reversed(mutations())}
    plans = [mutation.plan() for mutation in first.values()]
    before = judged(policies, plans)

    waive(policies, before)

    assert set(first) == {each.rule for each in before}
    assert {NEVER} == {each.rule for each in judged(policies, plans)}


def test_a_schema_passes_when_what_denies_it_is_waived(policies):
    """
    The first fixture of each rule, with a waiver for the schema's full name.
    """
    for rule, broken in {each.rule: each for each in reversed(broken_schemas())}.items():
        before = BuildTimeRules(POLICIES, "schemas").judge(broken.schema)

        waive(policies, before)

        assert {rule} == {each.rule for each in before}
        assert [] == BuildTimeRules(policies, "schemas").judge(broken.schema), rule
