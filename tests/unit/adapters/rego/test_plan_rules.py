"""The rules on plans say the same in process and through conftest."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.adapters.rego.plan_rules import Conftest, Denial, InProcess
from chalicelib.kernel.errors import MissingTool, ToolFailed
from tests.support.hygiene import ROOT

pytestmark = pytest.mark.requirement("T4")

RULES = ROOT / "policies/rego"
FUNCTION = "aws_lambda_function.commands"


@pytest.fixture(name="gate", params=[InProcess, Conftest], ids=lambda kind: kind.name)
def _gate(request):
    """Each of the two; conftest where it is installed."""
    try:
        return request.param(RULES)
    except MissingTool as missing:
        pytest.skip(str(missing))


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


def test_what_a_rule_is_against_is_denied(gate, plan):
    """With the rule, its words, and the address."""
    expected = Denial("terraform.tracing", f"{FUNCTION} is not traced", FUNCTION)

    assert [expected] == of_tracing(gate.denials(plan("PassThrough")))


def test_what_no_rule_is_against_passes(gate, plan):
    """It says nothing of it."""
    assert [] == of_tracing(gate.denials(plan("Active")))


def test_what_is_no_plan_can_not_be_judged(gate, tmp_path):
    """That is no pass."""
    (tmp_path / "plan.json").write_text("{")

    with pytest.raises(ToolFailed, match=r"conftest|plan\.json"):
        gate.denials(tmp_path / "plan.json")
