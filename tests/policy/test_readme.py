"""policies/README.md: the rule that it writes works as it stands there, in both engines."""

from __future__ import annotations

import json
import re
import shutil

import pytest
import regorus

from chalicelib.adapters.rego.build_time import BuildTimeRules
from chalicelib.adapters.rego.metadata import rule_of
from chalicelib.adapters.tools import opa
from chalicelib.adapters.tools.programs import find
from tests.support.fetching import ROOT, needed_in_ci
from tests.support.mutations import Mutation
from tests.support.rule_engines import POLICIES

pytestmark = [
    pytest.mark.requirement("R9"),
    pytest.mark.requirement("T4"),
    pytest.mark.requirement("T17"),
]

PAGE = (ROOT / "policies/README.md").read_text()
FILES = dict(re.findall(r"<!-- file: (\S+) -->\n```rego\n(.*?)```", PAGE, re.DOTALL))
RULE, TESTS = FILES
(LISTED,) = re.findall(r"<!-- fixtures -->\n```json\n(.*?)```", PAGE, re.DOTALL)
FIXTURES = json.loads(LISTED)


@pytest.fixture(name="policies")
def _policies(tmp_path):
    """A copy of the policies, with the page's rule and its test."""
    folder = tmp_path / "rego"
    shutil.copytree(POLICIES, folder)
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


def test_the_rule_says_what_it_is_for():
    """
    In its METADATA.
    """
    assert "terraform.described_alarms" == rule_of(FILES[RULE]).name


def test_opa_finds_nothing_to_mend(policies):
    """
    Neither in its format nor in strict mode; its tests pass and reach every line.
    """
    with needed_in_ci():
        find("opa")

    assert [] == opa.unformatted(policies)
    assert [] == opa.invalid(policies)
    assert [] == opa.untested(policies)


def test_its_tests_pass_in_process(policies):
    """
    As those of every rule.
    """
    engine = regorus.Engine()
    for file in [*sorted((policies / "gates").glob("*.rego")), policies / RULE, policies / TESTS]:
        engine.add_policy(file.name, file.read_text())
    engine.add_data_json((policies / "gates/data.json").read_text())
    names = re.findall(r"^(test_\w+)", FILES[TESTS], re.MULTILINE)
    package = "data.nexus.terraform.described_alarms_test"

    assert 3 == len(names)
    assert {"true"} == {engine.eval_rule_as_json(f"{package}.{name}") for name in names}


def test_its_fixtures_are_denied_by_it_only(policies):
    """
    Two plans, each with one finding.
    """
    for number, each in enumerate(FIXTURES):
        mutation = Mutation("", number, each["about"], each["plan"], tuple(each["edits"]))
        denials = BuildTimeRules(policies, "terraform").judge(mutation.plan())

        assert ["terraform.described_alarms"] == [each.rule for each in denials]
    assert 2 == len(FIXTURES)
