"""Build-time rules say the same in process and through conftest."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.adapters.rego import build_time
from chalicelib.adapters.tools import conftest, programs
from chalicelib.adapters.tools.conftest import Denial
from chalicelib.kernel.errors import MissingTool, ToolFailed
from tests.support.hygiene import ROOT

pytestmark = pytest.mark.requirement("T4")

RULES = ROOT / "policies/rego"
FUNCTION = "aws_lambda_function.commands"


@pytest.fixture(name="judged", params=[build_time, conftest], ids=lambda each: each.__name__)
def _judged(request):
    """Judge a plan by each of the two; by conftest where it is installed."""
    if request.param is conftest:
        try:
            programs.find("conftest")
        except MissingTool as missing:
            pytest.skip(str(missing))
    return lambda plan: request.param.denials([plan], RULES, "terraform")


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
    """With the file, the rule, the address, and its words."""
    file = plan("PassThrough")

    expected = Denial(str(file), "terraform.tracing", FUNCTION, "is not traced")
    assert [expected] == of_tracing(judged(file))


def test_what_no_rule_is_against_passes(judged, plan):
    """It says nothing of it."""
    assert [] == of_tracing(judged(plan("Active")))


def test_what_is_no_plan_can_not_be_judged(judged, tmp_path):
    """That is no pass."""
    (tmp_path / "plan.json").write_text("{")

    with pytest.raises(ToolFailed, match=r"conftest|plan\.json"):
        judged(tmp_path / "plan.json")
