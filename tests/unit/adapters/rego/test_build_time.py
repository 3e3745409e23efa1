"""Build-time rules say the same in process and through conftest."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest

from chalicelib.adapters.rego.build_time import BuildTimeRules
from chalicelib.adapters.tools import conftest
from chalicelib.kernel.errors import Misconfigured, ToolFailed
from chalicelib.services.governance.rules import Denial
from tests.support.fetching import needed_in_ci
from tests.support.hygiene import ROOT

pytestmark = pytest.mark.requirement("T4")

RULES = ROOT / "policies/rego"
FUNCTION = "aws_lambda_function.commands"


def by_conftest(file):
    with needed_in_ci():
        return conftest.denials([file], RULES, "terraform")[file]


def in_process(file):
    return BuildTimeRules(RULES, "terraform").judge(json.loads(file.read_bytes()))


@pytest.fixture(name="judged", params=[in_process, by_conftest])
def _judged(request):
    """Judge a plan by each of the two; by conftest where it is installed."""
    return request.param


@pytest.fixture(name="plan")
def _plan(tmp_path):
    """Write a plan of one function, traced or not."""

    def plan(mode):
        change = {
            "actions": ["create"],
            "before": None,
            "after": {"tracing_config": [{"mode": mode}]},
            "after_unknown": {},
        }
        function = {
            "address": FUNCTION,
            "mode": "managed",
            "type": "aws_lambda_function",
            "name": "commands",
            "change": change,
        }
        file = tmp_path / "plan.json"
        whole: dict[str, Any] = {
            "resource_changes": [function],
            "configuration": {"root_module": {}},
        }
        file.write_text(json.dumps(whole))
        return file

    return plan


def of_tracing(denials):
    return [each for each in denials if each.rule == "terraform.tracing"]


def test_what_a_rule_is_against_is_denied(judged, plan):
    """With the rule, the address, and its words."""
    expected = Denial("terraform.tracing", FUNCTION, "", "is not traced")

    assert [expected] == of_tracing(judged(plan("PassThrough")))


def test_what_no_rule_is_against_passes(judged, plan):
    """It says nothing of it."""
    assert [] == of_tracing(judged(plan("Active")))


def test_what_is_no_json_can_not_be_judged(tmp_path):
    """That is no pass."""
    (tmp_path / "plan.json").write_text("{")

    with pytest.raises(ToolFailed, match="conftest"):
        by_conftest(tmp_path / "plan.json")


@pytest.mark.parametrize("kind", ["terraform", "schemas"])
def test_without_rules_of_its_kind_nothing_is_judged(tmp_path, kind):
    """What rules of all kinds share denies nothing."""
    shutil.copytree(RULES / "gates", tmp_path / "gates")

    with pytest.raises(Misconfigured, match=f"there are no policies in .*{kind}"):
        BuildTimeRules(tmp_path, kind)


def test_of_a_finding_there_is_left_what_it_says():
    """Without the names of subject and field, which stand apart."""
    found = {"msg": "nexus.a.B c.d is odd", "subject": "nexus.a.B", "field": "c.d"}

    expected = Denial("schemas.odd", "nexus.a.B", "c.d", "is odd")
    assert expected == Denial.of("nexus.schemas.odd", found)


@pytest.mark.parametrize(
    "found", ["is odd", None, {}, {"msg": "is odd"}, {"msg": 1, "subject": "nexus.a.B"}]
)
def test_what_is_no_finding_is_refused(found):
    """A rule has to say of what it speaks."""
    with pytest.raises(ValueError, match=r"nexus\.schemas\.odd"):
        Denial.of("nexus.schemas.odd", found)
