"""The gate's commands: what they say, what they write, and what they refuse."""

import json
import shutil
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from chalicelib.adapters.rego.ledger import PolicyLedger
from chalicelib.domain.orders import order_details, orders
from chalicelib.wiring.contexts import CONTEXTS
from chalicelib.wiring.gate import HISTORIES, Gate
from chalicelib.wiring.resources import resource
from tests.support.hygiene import ROOT
from tests.support.policies import QUADRATIC

pytestmark = pytest.mark.requirement("T13")

PAID = "orders/OrderPaid/v1.avsc"


@pytest.fixture(name="gate")
def _gate(tmp_path, monkeypatch):
    """A gate over copies, which the commands take for that of the checkout: without programs."""
    schemas = shutil.copytree(resource("schemas"), tmp_path / "schemas") / "avro"
    histories = shutil.copytree(resource(HISTORIES), tmp_path / "histories")
    policies = shutil.copytree(resource("policies"), tmp_path / "policies")
    gate = Gate(schemas, histories, policies, CONTEXTS, resource("infra"))
    monkeypatch.setattr(Gate, "here", lambda: gate)
    monkeypatch.setattr(Gate, "checks", Gate.kept)
    return gate


@pytest.fixture(name="shouting")
def _shouting(gate, monkeypatch):
    """The same, with a projection that shows customers in capitals."""

    def apply(document, recorded):
        after = order_details.apply(document, recorded)
        return replace(after, customer_id=after.customer_id.upper()) if after else after

    others = [each for each in orders.projections if each is not order_details]
    changed = replace(order_details, apply=apply, version=3)
    context = replace(orders, projections=(changed, *others))
    monkeypatch.setattr(Gate, "here", lambda: replace(gate, contexts=(context,)))
    return gate


def edit(gate):
    file = gate.schemas / PAID
    file.write_text(file.read_text().replace("What was paid", "What was promised"))


def files(folder):
    return {each: each.read_bytes() for each in folder.rglob("*") if each.is_file()}


class TestGate:
    def test_passes_here(self, nexus):
        """
        Exit code 0, each check with what it proves; quick ones first.
        """
        done = nexus("gate", "--json")

        assert (0, "") == (done.code, done.err)
        names = [each["check"] for each in done.json["checks"]]
        policies = ["policy-format", "policy-check", "policy-tests"]
        kept = ["schemas", "versions", "upcasters", "ledger", "policies", "histories", "replay"]
        built = ["schema-rules", "terraform-format", "terraform-files"]
        built += ["checkov", "terraform-rules", "waivers"]
        assert [*policies, *kept, "policy-replay", *built] == names

    def test_makes_some_checks_only(self, nexus):
        """
        By name or group; another word is refused with those that there are.
        """
        done = nexus("gate", "--only", "history", "--only", "ledger")
        unknown = nexus("gate", "--only", "weather")

        assert done.out.endswith("All checks passed.\n")
        told = nexus("gate", "--only", "history", "--only", "ledger", "--json").json["checks"]
        assert ["ledger", "histories", "replay"] == [each["check"] for each in told]
        assert (2, "") == (unknown.code, unknown.out)
        assert "there is no check weather; there are checkov, histories, history" in unknown.err

    def test_shows_what_is_made_otherwise_field_by_field(self, nexus, shouting):
        """
        Path, was and is, and what to do; exit code 1.
        """
        done = nexus("gate")
        told = nexus("gate", "--json")

        assert (1, 1, False) == (done.code, told.code, told.json["passed"])
        assert "replay: v1-long: 2 values are not what they were" in done.out
        place = "readModels.order-details.document.customerId"
        (line,) = [line for line in done.out.splitlines() if place in line and "cust-3" in line]
        assert [place, '"cust-3"', '"CUST-3"'] == [each.strip() for each in line.split("│")][1:4]
        assert "To do: make the code do what it did; or, if that is meant: nexus replay acc" in (
            done.out
        )
        failure = told.json["checks"][-1]["failures"][1]
        assert {"path": place, "was": '"cust-3"', "is": '"CUST-3"'} in failure["differences"]

    def test_writes_junit(self, nexus, shouting, tmp_path):
        """
        A case for each check, with a failure for each thing that is wrong, and what to do.
        """
        nexus("gate", "--junit", tmp_path / "gate.xml")
        changed = ET.parse(tmp_path / "gate.xml").getroot()  # noqa: S314 - our own
        assert [0, 0, 0, 0, 0, 0, 7] == [len(case.findall("failure")) for case in changed]
        place = "readModels.order-details.document.customerId"
        assert f'{place}: was "cust-1", is "CUST-1"' in str(changed[6][0].text)

        edit(shouting)
        nexus("gate", "--junit", tmp_path / "gate.xml")

        suite = ET.parse(tmp_path / "gate.xml").getroot()  # noqa: S314 - our own
        cases = {case.get("name"): case.findall("failure") for case in suite}
        assert ("7", "2") == (suite.get("tests"), suite.get("failures"))
        assert [0, 0, 1] == [len(cases[name]) for name in ("schemas", "upcasters", "ledger")]
        assert f"{PAID}: was released, and has been edited since" == cases["ledger"][0].get(
            "message"
        )
        assert "git restore" in str(cases["ledger"][0].text)

    def test_is_a_step_of_ci(self):
        """
        ``make gate`` is this command, and stands in what runs for every change.
        """
        makefile = (ROOT / "Makefile").read_text()

        assert ".venv/bin/python -m chalicelib.cli gate $(ARGS)" in makefile
        assert "for target in check gate test; do" in (ROOT / ".ci/run").read_text()


class TestReleaseOfPolicies:
    def test_enters_what_is_new(self, nexus, gate):
        """
        Once, with a number; then there is nothing left to release, and the gate passes.
        """
        rule = gate.policies / "rego/commands/roles.rego"
        rule.write_text(rule.read_text() + "# Another.\n")

        number = len(PolicyLedger.of(gate.policies).released) + 1
        assert 1 == nexus("gate").code
        done = nexus("policies", "release", "--json")

        added = done.json["released"]
        assert (0, number, 64) == (done.code, added["version"], len(added["digest"]))
        assert (gate.policies / "released" / added["digest"] / "commands/roles.rego").is_file()
        assert "released already" in nexus("policies", "release").out
        assert 0 == nexus("gate").code

    @pytest.mark.parametrize("place", ["rego", "released/*"], ids=["present", "released"])
    def test_refuses_what_is_broken(self, nexus, gate, place):
        """
        A bundle that does not compile, or a ledger that is no longer what it was: exit code 2.
        """
        before = (gate.policies / "released.json").read_bytes()
        rules = gate.policies / "rego/lib/names.rego"
        rules.write_text(rules.read_text() + "# Another.\n")
        broken = next(gate.policies.glob(f"{place}/commands/roles.rego"))
        broken.write_text("no rule")

        done = nexus("policies", "release")

        assert (2, "") == (done.code, done.out)
        assert before == (gate.policies / "released.json").read_bytes()

    def test_refuses_what_would_not_end(self, nexus, gate, monkeypatch):
        """
        A rule that compares each line with each other one: exit code 2.
        """
        monkeypatch.setattr("chalicelib.wiring.policy_trial.PATIENCE", 4)
        before = (gate.policies / "released.json").read_bytes()
        (gate.policies / "rego/commands/pairs.rego").write_text(QUADRATIC)

        done = nexus("policies", "release")

        assert (2, "") == (done.code, done.out)
        assert "more than 4 s" in done.err
        assert before == (gate.policies / "released.json").read_bytes()


class TestRelease:
    def test_enters_what_is_new(self, nexus, gate):
        """
        Once; then there is nothing left to release.
        """
        ledger = gate.schemas.parent / "released.json"
        entries = json.loads(ledger.read_text())
        ledger.write_text(json.dumps(entries[:-1]))

        done = nexus("schemas", "release", "--json")

        last = {each: entries[-1][each] for each in ("type", "version")}
        assert {"released": [last]} == done.json
        assert entries == json.loads(ledger.read_text())
        assert "All schemas are released already.\n" == nexus("schemas", "release").out

    def test_refuses_an_edited_schema(self, nexus, gate):
        """
        One sentence, exit code 2, and the ledger stays.
        """
        before = (gate.schemas.parent / "released.json").read_bytes()
        edit(gate)

        done = nexus("schemas", "release")

        assert (2, "") == (done.code, done.out)
        assert "orders.OrderPaid v1: released, and changed since" in done.err
        assert before == (gate.schemas.parent / "released.json").read_bytes()

    def test_asks_that_schemas_keep_the_rules(self, nexus, gate):
        """
        What is released can't be mended: exit code 1, with what is wrong.
        """
        before = (gate.schemas.parent / "released.json").read_bytes()
        (gate.schemas / "orders/OrderPaid/v3.avsc").write_text("{}")

        done = nexus("schemas", "release")

        assert 1 == done.code
        assert "schema-rules: orders/OrderPaid/v3.avsc: is no record with a name" in done.out
        assert before == (gate.schemas.parent / "released.json").read_bytes()


class TestReplay:
    def test_records_a_stream_and_accepts_what_is_made_of_it(self, nexus, gate, data):
        """
        The gate asks for a golden file in between, and passes after.
        """
        words = ("--data", data, "--about", "A whole life.")
        assert 0 == nexus("replay", "record", "Order/o-1", "whole-life", *words).code

        (failure,) = nexus("gate", "--json").json["checks"][-1]["failures"]
        assert ("whole-life", "has no golden file yet") == (failure["place"], failure["message"])

        done = nexus("replay", "accept", "--note", "A life without a second parcel.", "--json")
        assert {"accepted": ["whole-life"]} == done.json
        assert 0 == nexus("gate").code

    @pytest.mark.parametrize(
        ("stream", "name", "told"),
        [
            ("Order/none", "none", "nothing has happened"),
            ("Order/o-1", "v1-paid", "is there already: a history is never changed"),
            ("Order/o-1", "../o-1", "is no name of a history"),
            ("Order/o-1", "notes", "is no name of a history"),
        ],
    )
    def test_records_nothing_else(self, nexus, gate, data, stream, name, told):
        """
        One sentence, exit code 2, and no file is touched.
        """
        before = files(gate.histories)

        done = nexus("replay", "record", stream, name, "--data", data, "--about", "Nothing.")

        assert (2, "") == (done.code, done.out)
        assert told in done.err
        assert before == files(gate.histories)

    @pytest.mark.parametrize("words", [[], ["--note", ""], ["--note", "  fine     "]], ids=str)
    def test_accepts_nothing_without_a_reason(self, nexus, shouting, words):
        """
        Exit code 2: golden files are not changed by accident.
        """
        before = files(shouting.histories)

        assert 2 == nexus("replay", "accept", *words).code
        assert before == files(shouting.histories)

    def test_accepts_what_a_note_explains_and_leaves_the_rest(self, nexus, shouting):
        """
        The named ones; the note stands with the digest of the golden file, behind earlier notes.
        """
        notes = shouting.histories / "notes.json"
        before = json.loads(notes.read_text())

        done = nexus("replay", "accept", "v1-long", "--note", "Names are shown in capitals now.")

        *earlier, last = json.loads(notes.read_text())
        assert 0 == done.code
        assert before == earlier
        assert ("v1-long", "Names are shown in capitals now.") == (last["golden"], last["note"])
        left = nexus("gate", "--json").json["checks"][-1]["failures"]
        assert "v1-long" not in [each["place"] for each in left]
        assert "v1-paid" in [each["place"] for each in left]
        again = nexus("replay", "accept", "v1-long", "--note", "Names are shown in capitals now.")
        assert "Nothing differs: no golden file is changed.\n" == again.out
