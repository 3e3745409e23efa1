"""The gate over changed copies of this checkout, by the real programs: each flaw by its check."""

import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest

from chalicelib.adapters.rego.ledger import PolicyLedger
from chalicelib.adapters.rego.metadata import rule_of
from chalicelib.adapters.tools import programs
from chalicelib.adapters.tools.terraform import Terraform
from chalicelib.kernel.errors import MissingTool
from chalicelib.wiring.contexts import CONTEXTS
from chalicelib.wiring.gate import HISTORIES, Gate
from tests.support.fetching import CannotRun, needed_in_ci
from tests.support.hygiene import ROOT

pytestmark = [
    pytest.mark.requirement("R9"),
    pytest.mark.requirement("T4"),
    pytest.mark.requirement("T15"),
]

TRACING = "policies/rego/terraform/tracing.rego"
FUNCTION = "infra/modules/function/main.tf"
WAIVERS = "policies/rego/gates/data.json"
WAIVER = {
    "rule": "terraform.tracing",
    "subject": 'module.functions["commands"].aws_lambda_function.this',
    "reason": "A reason that was given.",
    "approvedBy": "platform",
    "expires": f"{datetime.now(UTC).date() + timedelta(days=90)}",
}


@pytest.fixture(name="checkout")
def _checkout(tmp_path, monkeypatch):
    """A copy of what the gate looks at, to be changed; it is taken for this checkout."""
    with needed_in_ci():
        for name in ("opa", "conftest", "checkov", "terraform"):
            needed(name)
    for folder in ("schemas", "policies", "infra", HISTORIES):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    PolicyLedger.of(tmp_path / "policies").release()
    schemas, histories = tmp_path / "schemas/avro", tmp_path / HISTORIES
    gate = Gate(schemas, histories, tmp_path / "policies", CONTEXTS, tmp_path / "infra")
    monkeypatch.setattr(Gate, "here", lambda: gate)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    return tmp_path


def needed(name):
    try:
        programs.find(name)
    except MissingTool as error:
        raise CannotRun(str(error)) from error


@pytest.fixture(name="planned")
def _planned(monkeypatch):
    """Recorded plans in place of new ones, to be changed: a plan takes seconds."""
    plans = {
        root: json.loads((ROOT / f"tests/policy/plans/{root}.json").read_text())
        for root in ("foundation", "services")
    }
    monkeypatch.setattr(Terraform, "plan", lambda _, root: plans[root])
    functions = {
        each["address"]: each["change"]["after"]
        for each in plans["services"]["resource_changes"]
        if each["type"] == "aws_lambda_function"
    }
    return SimpleNamespace(plans=plans, functions=functions)


def edit(file, before, after):
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))


def failures(nexus, *only):
    """What is wrong, by check."""
    words = [word for each in only for word in ("--only", each)]
    told = nexus("gate", "--json", *words).json["checks"]
    return {each["check"]: each["failures"] for each in told if each["failures"]}


def waive(checkout, *waivers):
    (checkout / WAIVERS).write_text(json.dumps({"waivers": waivers}))


class TestPolicies:
    @pytest.mark.parametrize(
        ("before", "after", "check", "told"),
        [
            ("import rego.v1\n", "import   rego.v1\n", "policy-format", "is not formatted"),
            ("import rego.v1\n", "import rego.v1\n\nimport data.x\n", "policy-check", "unused"),
            (
                "traced(resource) if ",
                'traced(x) if x.trust == "me"\n\ntraced(resource) if ',
                "policy-tests",
                "no test reaches line",
            ),
            (
                "== setting.value",
                "!= setting.value",
                "policy-tests",
                "test_what_is_not_traced_is_denied",
            ),
        ],
        ids=["format", "strict", "coverage", "test"],
    )
    def test_a_flaw_is_found_by_its_check(self, nexus, checkout, before, after, check, told):
        """
        With file and line, and no other check of policies complains.
        """
        edit(checkout / TRACING, before, after)

        found = failures(nexus, "policies")
        mine = [each for each in found.pop(check) if "terraform/tracing" in each["file"]]

        assert {} == {name: each for name, each in found.items() if name != "policy-tests"}
        assert any(told in each["message"] for each in mine)
        assert (check == "policy-format") == (mine[0]["line"] is None)

    def test_what_does_not_parse_is_told_with_its_place(self, nexus, checkout):
        """
        By each check that has to read it.
        """
        (checkout / TRACING).write_text("package nexus.terraform.tracing\n\ndeny if {\n")

        found = failures(nexus, "policy-check", "policy-tests", "terraform-format")

        assert ["policy-check", "policy-tests"] == list(found)
        assert "terraform/tracing.rego" in found["policy-check"][0]["file"]

    def test_a_missing_folder_is_told(self, nexus, checkout):
        """
        Nothing passes because there is nothing.
        """
        shutil.rmtree(checkout / "policies/rego")

        found = failures(nexus, "policies", "schema-rules")

        assert "there are no policies in" in found["policy-tests"][0]["message"]
        assert {"policy-format", "policy-check", "policies", "schema-rules"} < set(found)

    def test_changed_ones_are_asked_about_recorded_commands(self, nexus, checkout):
        """
        Told as a table and as data, and never wrong; rules that are as they were need no data.
        """
        edit(checkout / "policies/rego/commands/data.json", '"developer": ["*"]', '"developer": []')

        (check,) = nexus("gate", "--only", "policy-replay", "--json").json["checks"]
        (note,) = check["notes"]
        done = nexus("gate", "--only", "policy-replay")

        found = re.findall(
            r"^of (\d+) recorded commands the present policies decide (\d+) otherwise$",
            note["message"],
        )
        [(asked, otherwise)] = found
        assert 0 < int(otherwise) <= int(asked)
        assert int(otherwise) == len(note["differences"])
        assert '"allowed"' == note["differences"][0]["was"]
        assert note["differences"][0]["is"].startswith('"denied: nexus.commands.roles: developer')
        assert (0, True) == (done.code, "denied: nexus.commands.roles" in done.out)

    def test_what_cannot_be_asked_is_told_with_its_reason(self, nexus, checkout):
        """
        A rule that reads data which a commit does not keep, and is another now.
        """
        data = checkout / "policies/rego/commands/data.json"
        edit(data, '"limit_cents": 1000000', '"limit_cents": 2000000')

        (check,) = nexus("gate", "--only", "policy-replay", "--json").json["checks"]
        decided, untold = check["notes"]

        assert decided["message"].endswith("decide 0 otherwise")
        assert "not asked: nexus.commands.large_orders" in untold["differences"][0]["is"]


class TestWaivers:
    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"expires": "2026-01-31"}, "expired on 2026-01-31"),
            ({"expires": "2200-12-31"}, "expires on 2200-12-31, more than a year from now"),
            ({"expires": "2026-02-30"}, "which is no day such as 2030-12-31"),
            (
                {"rule": "terraform.weather"},
                "there is no rule terraform.weather that can be waived",
            ),
            ({"rule": "commands.roles"}, "there is no rule commands.roles that can be waived"),
            ({"reason": " "}, "needs a text for reason"),
            (
                {"until": "for ever"},
                "needs rule, subject, reason, approvedBy, expires, and nothing",
            ),
            ({}, "lifts nothing: the rule would not deny"),
        ],
        ids=["expired", "for ever", "no day", "no rule", "run time", "no reason", "more", "unused"],
    )
    def test_one_that_cannot_stand_is_a_failure(self, nexus, checkout, planned, change, told):
        """
        Which, and why.
        """
        waive(checkout, WAIVER | change)

        (failure,) = failures(nexus, "waivers")["waivers"]

        assert told in failure["message"]
        assert WAIVERS == failure["file"]

    def test_one_that_lifts_something_is_fine(self, nexus, checkout, planned):
        """
        Its rule denies that resource no more, and others as before.
        """
        first, second = sorted(planned.functions)[:2]
        for each in (first, second):
            planned.functions[each]["tracing_config"] = [{"mode": "PassThrough"}]
        waive(checkout, {**WAIVER, "subject": first})

        found = failures(nexus, "waivers", "terraform-rules")

        assert ["terraform-rules"] == list(found)
        assert [second] == [each["place"] for each in found["terraform-rules"]]

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"waivers": {}}', '{"waivers": [1]}'])
    def test_that_cannot_be_read_are_told(self, nexus, checkout, text):
        """
        In words, whatever stands there.
        """
        (checkout / WAIVERS).write_text(text)

        (failure,) = failures(nexus, "waivers")["waivers"]

        assert "Error" not in failure["message"]


class TestInfrastructure:
    def test_what_breaks_a_rule_is_told_with_title_place_and_fix(self, nexus, checkout):
        """
        By a plan of the changed configuration; in the order of severity.
        """
        edit(checkout / FUNCTION, 'mode = "Active"', 'mode = "PassThrough"')
        line = 1 + (checkout / FUNCTION).read_text().partition("resource")[0].count("\n")

        done = nexus("gate", "--only", "terraform-rules", "--sarif", checkout / "gate.sarif")

        rule = rule_of((checkout / TRACING).read_text())
        assert 1 == done.code
        assert f"medium terraform.tracing ({rule.title}): module." in done.out
        assert "aws_lambda_function.this: is not traced" in done.out
        assert f"In: {FUNCTION}:{line}" in done.out
        assert f"To do: {rule.fix}" in done.out
        log = json.loads((checkout / "gate.sarif").read_text())
        assert {"terraform.tracing"} == {each["ruleId"] for each in log["runs"][0]["results"]}

    def test_what_is_not_formatted_is_named(self, nexus, checkout):
        """
        By its own check.
        """
        edit(checkout / FUNCTION, 'mode = "Active"', 'mode="Active"')

        found = failures(nexus, "terraform-format")

        assert [FUNCTION] == [each["file"] for each in found["terraform-format"]]

    def test_what_terraform_refuses_is_shown_with_its_place(self, nexus, checkout):
        """
        As Terraform says it.
        """
        edit(checkout / FUNCTION, 'mode = "Active"', 'mood = "Active"')

        (failure,) = failures(nexus, "terraform-rules")["terraform-rules"]

        assert "modules/function/main.tf line " in failure["message"]
        assert "mood" in failure["message"]

    def test_what_checkov_finds_has_its_check_and_place(self, nexus, checkout):
        """
        And how to say that it is meant.
        """
        (checkout / "infra/foundation/more.tf").write_text(
            'resource "aws_sqs_queue" "more" {\n  name = "more"\n}\n'
        )

        found = failures(nexus, "checkov")["checkov"]

        queue = next(each for each in found if each["rule"] == "CKV_AWS_27")
        assert ("aws_sqs_queue.more", "infra/foundation/more.tf", 1) == (
            queue["place"],
            queue["file"],
            queue["line"],
        )
        assert "# checkov:skip=CKV_AWS_27:" in queue["fix"]

    def test_what_checkov_cannot_read_is_told(self, nexus, checkout):
        """
        Else what stands there would pass.
        """
        (checkout / "infra/foundation/more.tf").write_text('resource "aws_sqs_queue" "more" {')

        (failure,) = failures(nexus, "checkov")["checkov"]

        assert "checkov can't read" in failure["message"]
        assert "foundation/more.tf" in failure["message"]


class TestSchemas:
    def test_that_break_a_rule_are_told_with_their_file(self, nexus, checkout):
        """
        By the rules in Rego.
        """
        file = "schemas/avro/orders/OrderPaid/v2.avsc"
        edit(checkout / file, '"owner": "orders"', '"owner": ""')

        found = failures(nexus, "schema-rules")["schema-rules"]

        assert {file} == {each["file"] for each in found}
        assert "schemas.owner" in {each["rule"] for each in found}

    def test_that_cannot_be_read_are_told(self, nexus, checkout):
        """
        With the file.
        """
        file = "schemas/avro/orders/OrderPaid/v2.avsc"
        (checkout / file).write_text("{")

        (failure,) = failures(nexus, "schema-rules")["schema-rules"]

        assert file in failure["message"]


class TestMissingPrograms:
    @pytest.fixture(autouse=True)
    def _nowhere(self, checkout, tmp_path, monkeypatch):
        """No program is to be found."""
        monkeypatch.setattr(programs, "INSTALLED", tmp_path)
        monkeypatch.setenv("PATH", str(tmp_path))

    def test_leave_a_check_undone(self, nexus, monkeypatch, tmp_path):
        """
        Which is told, with what to install; the rest is judged. JUnit has it as skipped.
        """
        monkeypatch.delenv("CI", raising=False)
        done = nexus("gate", "--junit", tmp_path / "gate.xml")

        assert 0 == done.code
        assert "not run: needs opa: make tools (with Go, from go.dev)" in done.out
        assert done.out.endswith("All checks passed but 7, not run.\n")
        suite = ET.parse(tmp_path / "gate.xml").getroot()  # noqa: S314 - our own
        assert ("7", "0") == (suite.get("skipped"), suite.get("failures"))

    @pytest.mark.parametrize("said", ["true", "True", "1"])
    def test_are_failures_in_ci(self, nexus, monkeypatch, said):
        """
        There a check that is not made proves nothing.
        """
        monkeypatch.setenv("CI", said)

        found = failures(nexus, "policy-tests", "history")

        assert ["policy-tests"] == list(found)
        assert "needs opa: make tools" in found["policy-tests"][0]["message"]
