"""Which policies a process starts with, what it says when it can't, and their trial before that."""

import json
import logging
import shutil

import pytest

from chalicelib.adapters.rego.failures import MARK
from chalicelib.kernel.errors import Misconfigured
from chalicelib.services.governance.policy_engine import COMMANDS, EVENTS
from chalicelib.wiring.aws import write_ports
from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.policies import policy_engine
from chalicelib.wiring.policy_trial import BODY_BYTES, PATIENCE, largest_questions, try_out
from chalicelib.wiring.resources import resource
from chalicelib.wiring.settings import PolicySettings, Settings
from tests.support.policies import QUADRATIC

pytestmark = [pytest.mark.requirement("R9"), pytest.mark.requirement("T4")]

START = {
    "aws": lambda policies, _folder: write_ports(policies=policies),
    "embedded": lambda policies, folder: Embedded.assemble(
        Settings(data=folder / "data", policies=policies)
    ),
}


@pytest.fixture(name="policies")
def _policies(tmp_path, monkeypatch):
    """The folder of policies that this test's processes would find; it may be changed."""
    folder = tmp_path / "checkout" / "policies"
    shutil.copytree(resource("policies"), folder)
    monkeypatch.setattr(
        "chalicelib.wiring.policies.resource", lambda name: tmp_path / "checkout" / name
    )
    return folder


def syntax_error(folder):
    (folder / "rego/commands/roles.rego").write_text("package nexus.commands.roles\nallow if {")


def unsafe_variable(folder):
    (folder / "rego/commands/odd.rego").write_text(
        "package nexus.commands.odd\nimport rego.v1\nallow if nobody > 1"
    )


def missing(folder):
    shutil.rmtree(folder / "rego")


@pytest.mark.parametrize("start", START)
@pytest.mark.parametrize("spoil", [syntax_error, unsafe_variable, missing])
def test_without_policies_nothing_starts(policies, tmp_path, caplog, monkeypatch, start, spoil):
    """
    Neither a function nor the embedded system, and one line says so for an alarm.
    """
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    spoil(policies)

    with caplog.at_level(logging.ERROR), pytest.raises(Misconfigured) as caught:
        START[start](PolicySettings(), tmp_path)

    assert [{"kind": "unusable", "error": str(caught.value)}] == told(caplog)


@pytest.mark.parametrize("start", START)
def test_other_policies_than_expected_do_not_start(policies, tmp_path, caplog, monkeypatch, start):
    """
    One byte more, and it's another bundle than the one that was pinned.
    """
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    pinned = PolicySettings(digest=policy_engine(PolicySettings()).digest)
    policy_engine(pinned)
    edit(policies)

    with caplog.at_level(logging.ERROR), pytest.raises(Misconfigured) as caught:
        START[start](pinned, tmp_path)

    assert f"expected is {pinned.digest}" in str(caught.value)
    assert [{"kind": "unusable", "error": str(caught.value)}] == told(caplog)


@pytest.mark.parametrize("start", START)
def test_any_released_bundle_may_be_asked_for(policies, tmp_path, monkeypatch, start):
    """
    What is not in the ledger doesn't start then.
    """
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    (policies / "released.json").write_text(
        json.dumps([{"version": 1, "sha256": policy_engine(PolicySettings()).digest}])
    )
    released = Settings.read({"NEXUS_POLICY_DIGEST": "released"}).policies
    policy_engine(released)
    edit(policies)

    with pytest.raises(Misconfigured, match="release this one"):
        START[start](released, tmp_path)


def test_the_limit_is_the_settings(policies, caplog):
    """
    Milliseconds that a decision may take; it is in the line that tells of a longer one.
    """
    (policies / "rego/commands/pairs.rego").write_text(QUADRATIC)
    question = next(each for each in largest_questions() if each[0] == COMMANDS)[1]
    lines = [{"n": n} for n in range(200)]
    question = {**question, "command": {"type": "orders.PlaceOrder", "data": {"lines": lines}}}

    decision = policy_engine(PolicySettings(limit_ms=1)).decide(COMMANDS, question)

    assert f"{COMMANDS}: The policies took longer than 1 ms to decide" in {
        f"{each.rule}: {each.message}" for each in decision.reasons
    }
    assert ["slow"] == [each["kind"] for each in told(caplog)]


class TestTrial:
    def test_the_present_policies_pass(self):
        """
        The largest questions are decided in time, however many they are.
        """
        try_out(resource("policies/rego"), PATIENCE)

    def test_a_rule_that_would_take_minutes_fails(self, policies):
        """
        The process that tries it is ended, so that the trial ends too.
        """
        (policies / "rego/commands/pairs.rego").write_text(QUADRATIC)

        with pytest.raises(Misconfigured, match="more than 4 s"):
            try_out(policies / "rego", patience=4)

    def test_policies_that_do_not_compile_fail(self, policies):
        """
        With what is wrong with them.
        """
        syntax_error(policies)

        with pytest.raises(Misconfigured, match=r"commands/roles\.rego"):
            try_out(policies / "rego", PATIENCE)

    def test_the_questions_are_as_large_as_they_get(self):
        """
        Of a command, a whole body; and there is one for each field of each command.
        """
        questions = list(largest_questions())
        bodies = [len(json.dumps(each["command"]["data"])) for _, each in questions[:-1]]

        assert {COMMANDS} == {package for package, _ in questions[:-1]}
        assert EVENTS == questions[-1][0]
        assert 0.95 * BODY_BYTES < min(bodies) <= max(bodies) <= BODY_BYTES
        assert {"lines", "orderId", "furtherParcels"} < {
            field for _, each in questions[:-1] for field in each["command"]["data"]
        }


def edit(policies):
    with (policies / "rego/commands/roles.rego").open("a") as file:
        file.write("# Another.\n")


def told(caplog):
    lines = [each.removeprefix(f"{MARK} ") for each in caplog.messages if each.startswith(MARK)]
    return [json.loads(line) for line in lines]
