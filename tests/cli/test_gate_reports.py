"""What machines read of the gate's outcome: JUnit, SARIF, and GitHub's annotations."""

import json
from xml.etree import ElementTree as ET

import pytest

from chalicelib.cli.annotations import annotation
from chalicelib.cli.gate_report import tell
from chalicelib.cli.junit import junit_xml
from chalicelib.cli.sarif import sarif_json
from chalicelib.kernel.errors import MissingTool, ToolFailed
from chalicelib.services.governance.gate import Check, Failure, Note, Outcome, judge
from chalicelib.services.governance.replay import Difference
from chalicelib.services.governance.rules import Rule, Severity

pytestmark = [pytest.mark.requirement("R9"), pytest.mark.requirement("T4")]

RULE = Rule("terraform.keys", "Keys", "All is encrypted.", Severity.CRITICAL, "Name a key.")
KEYS = Failure("aws_x.y", "has no key", RULE.fix, rule=RULE, file="infra/a b/keys.tf", line=3)
LOW = Rule("terraform.names", "Names", "All is named.", Severity.LOW, "Name it.")
NAMES = Failure("aws_x.z", "has no name", LOW.fix, rule=LOW)
EDITED = Failure("OrderPaid", "was edited", "put it back")
NOTE = Note("after bundle 1", "decides otherwise", (Difference("a@1", "allowed", "denied"),))


def outcome(*failures, notes=(), missing=""):
    check = Check("keys", "all is encrypted", tuple, "infrastructure")
    return Outcome(check, failures, notes, missing, 1.25)


def raises(error, *before):
    def run():
        yield from before
        raise error

    return Check("keys", "all is encrypted", run, "infrastructure")


class TestJudging:
    def test_what_was_found_before_a_program_was_missed_is_kept(self):
        """
        The check is not run to its end, and fails by what it knows.
        """
        judged = judge(raises(MissingTool("needs opa: make tools"), EDITED, NOTE))

        assert ((EDITED,), (NOTE,)) == (judged.failures, judged.notes)
        assert "needs opa: make tools" == judged.missing

    def test_a_program_that_failed_is_a_failure_anywhere(self):
        """
        And the check is not passed.
        """
        judged = judge(raises(ToolFailed("opa ended with code 3")))

        assert ["opa ended with code 3"] == [each.message for each in judged.failures]
        assert "" == judged.missing


class TestReport:
    def test_the_worst_comes_first(self, capsys):
        """
        Whatever the order of checks.
        """
        tell([outcome(NAMES, EDITED), outcome(KEYS)])

        told = capsys.readouterr().out
        places = [told.index(f"\n{word} ") for word in ("critical", "high", "low")]
        assert sorted(places) == places
        assert told.endswith("\n3 wrong.\n")


class TestSarif:
    def test_names_rule_level_and_place(self):
        """
        A critical one is an error; the place is a relative URI with its line.
        """
        (run,) = json.loads(sarif_json([outcome(KEYS)]))["runs"]

        (rule,) = run["tool"]["driver"]["rules"]
        assert ("terraform.keys", "Keys") == (rule["id"], rule["shortDescription"]["text"])
        assert "All is encrypted.\n\nTo do: Name a key." == rule["help"]["text"]
        (result,) = run["results"]
        assert ("terraform.keys", "error") == (result["ruleId"], result["level"])
        (location,) = result["locations"]
        assert {
            "artifactLocation": {"uri": "infra/a%20b/keys.tf"},
            "region": {"startLine": 3},
        } == location["physicalLocation"]
        assert [{"fullyQualifiedName": "aws_x.y"}] == location["logicalLocations"]

    def test_has_each_rule_once_and_a_rule_for_each_result(self):
        """
        A failure without a written rule is one of its check.
        """
        outcomes = [outcome(KEYS, KEYS, NAMES), outcome(EDITED, notes=(NOTE,))]
        (run,) = json.loads(sarif_json(outcomes))["runs"]

        ids = [each["id"] for each in run["tool"]["driver"]["rules"]]
        assert ["terraform.keys", "terraform.names", "keys"] == ids
        levels = [(each["ruleId"], each["level"]) for each in run["results"]]
        assert [
            ("terraform.keys", "error"),
            ("terraform.keys", "error"),
            ("terraform.names", "note"),
            ("keys", "error"),
            ("keys", "none"),
        ] == levels
        assert "informational" == run["results"][-1]["kind"]

    def test_says_what_was_not_run(self):
        """
        So that no result is not taken for no flaw.
        """
        (run,) = json.loads(sarif_json([outcome(missing="needs opa: make tools")]))["runs"]

        (told,) = run["invocations"][0]["toolExecutionNotifications"]
        assert "keys was not run: needs opa: make tools" == told["message"]["text"]


class TestAnnotations:
    def test_are_one_line_with_file_line_and_title(self):
        """
        As GitHub reads them.
        """
        assert (
            "::error file=infra/a b/keys.tf,line=3,title=Keys"
            "::aws_x.y: has no key%0ATo do: Name a key."
        ) == annotation("keys", KEYS)

    def test_hold_any_text(self):
        """
        Nothing in a text ends the line or the property, or begins another command.
        """
        rule = Rule("x", "A: b, c%\n::set-output", "d", Severity.LOW, "e")
        told = annotation("x", Failure("p", "50%\r\n::error::no", "e", rule=rule))

        assert (
            "::error title=A%3A b%2C c%25%0A%3A%3Aset-output::p: 50%25%0D%0A::error::no%0ATo do: e"
        ) == told

    def test_are_written_where_github_runs_it(self, nexus, monkeypatch):
        """
        And elsewhere when they are asked for.
        """
        check = Check("keys", "all is encrypted", lambda: [KEYS], "infrastructure")
        monkeypatch.setattr("chalicelib.wiring.gate.Gate.checks", lambda _: (check,))
        monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
        assert "::error" not in nexus("gate").out
        assert "\n::error file=infra/a b/keys.tf," in nexus("gate", "--annotations").out

        monkeypatch.setenv("GITHUB_ACTIONS", "true")

        assert "\n::error file=infra/a b/keys.tf," in nexus("gate").out
        assert nexus("gate", "--json").json["checks"]


class TestJunit:
    def test_has_what_was_not_run_and_what_is_to_be_known(self):
        """
        Skipped, and as output; a failure has rule, severity and place.
        """
        suite = ET.fromstring(  # noqa: S314 - our own
            junit_xml([outcome(KEYS), outcome(notes=(NOTE,), missing="needs opa")])
        )

        failed, skipped = suite
        assert ("1", "1") == (suite.get("failures"), suite.get("skipped"))
        assert "terraform.keys" == failed[0].get("type")
        assert "Severity: critical\nIn: infra/a b/keys.tf:3\nTo do: Name a key." == failed[0].text
        assert "needs opa" == skipped.find("skipped").get("message")
        assert 'a@1: was "allowed", is "denied"' in str(skipped.find("system-out").text)
