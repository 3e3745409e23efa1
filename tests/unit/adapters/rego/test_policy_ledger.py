"""The ledger of policies: what decided once is kept, can decide again, and is only added to."""

import json
import shutil

import pytest

from chalicelib.adapters.rego.engine import RegoPolicyEngine
from chalicelib.adapters.rego.ledger import PolicyLedger
from chalicelib.kernel.errors import Misconfigured
from chalicelib.services.governance.policy_engine import COMMANDS
from chalicelib.wiring.resources import resource

pytestmark = pytest.mark.requirement("T13")

FORBID = """
deny contains "Nothing today"
"""


@pytest.fixture(name="policies")
def _policies(tmp_path):
    """A copy of the policies, with a ledger of its own."""
    shutil.copytree(resource("policies/rego"), tmp_path / "policies/rego")
    return tmp_path / "policies"


def change(policies):
    file = policies / "rego/commands/roles.rego"
    file.write_text(file.read_text() + FORBID)


def test_a_released_bundle_can_decide_again(policies):
    """With the same digest and the same reasons, after the rules have become others."""
    first = RegoPolicyEngine(policies / "rego").decide(COMMANDS, {})
    release = PolicyLedger.of(policies).release()
    change(policies)

    ledger = PolicyLedger.of(policies)

    assert release is not None
    assert (1, first.digest, False) == (release.version, release.sha256, ledger.is_released())
    assert first == RegoPolicyEngine(ledger.folder(first.digest)).decide(COMMANDS, {})
    assert first != RegoPolicyEngine(policies / "rego").decide(COMMANDS, {})


def test_entries_are_added_behind_those_there_are(policies):
    """Their lines stay, to the letter; a bundle that is there already is not entered again."""
    ledger = policies / "released.json"
    first = PolicyLedger.of(policies).release()
    before = ledger.read_text()
    change(policies)

    second = PolicyLedger.of(policies).release()

    assert second is not None
    assert (2, (first, second)) == (second.version, PolicyLedger.of(policies).released)
    assert ledger.read_text().startswith(before.removesuffix("\n]\n"))
    assert PolicyLedger.of(policies).release() is None


def test_tests_of_rules_are_not_kept(policies):
    """They decide nothing, and are not in the digest."""
    PolicyLedger.of(policies).release()

    assert [] == list((policies / "released").rglob("*_test.rego"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no JSON", "is no ledger"),
        ('[{"version": 1}]', "is no ledger"),
        ('[{"version": 2, "sha256": "00"}]', "is not numbered"),
        (json.dumps([{"version": each, "sha256": "00"} for each in (1, 2)]), "a bundle twice"),
    ],
    ids=["no JSON", "no digest", "not the first", "twice"],
)
def test_a_damaged_ledger_is_named(policies, text, told):
    """Rather than taken for an empty one."""
    (policies / "released.json").write_text(text)

    with pytest.raises(Misconfigured, match=told):
        PolicyLedger.of(policies)
