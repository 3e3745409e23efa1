"""The contract of PolicyEngine: what every engine decides by the project's policies."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, Final, TypeAlias

import pytest

from chalicelib.kernel.errors import Misconfigured
from chalicelib.services.governance.policy_engine import (
    COMMANDS,
    EVENTS,
    Decision,
    PolicyEngine,
    Reason,
)
from tests.contract.policy_questions import (
    ALLOWED,
    COMMAND,
    DENIED,
    EVENT,
    EVERY_PATH,
    FREE,
    JUNK,
    MIXED,
    changed,
    is_legal,
    paths,
    without,
)

POLICIES: Final = Path(__file__).parents[2] / "policies" / "rego"

OpenEngine: TypeAlias = Callable[[Path], PolicyEngine]

BROKEN: Final[dict[str, tuple[str, bytes]]] = {
    "a syntax error": (
        "commands/roles.rego",
        b"package nexus.commands.roles\nimport rego.v1\nallow if {",
    ),
    "an unknown function": (
        "commands/odd.rego",
        b"package nexus.commands.odd\nimport rego.v1\nallow if no_such_function(1)",
    ),
    "an unknown variable": (
        "events/odd.rego",
        b"package nexus.events.odd\nimport rego.v1\nallow if nobody > 1",
    ),
    "a package that is not its path": (
        "commands/odd.rego",
        b'package nexus.command.odd\nimport rego.v1\ndeny contains "never asked"',
    ),
    "data that is no JSON": ("commands/data.json", b"{"),
    "data with a number that JSON lacks": ("commands/data.json", b'{"limit": NaN}'),
    "text that is no UTF-8": ("commands/odd.rego", b"package nexus.commands.odd # \xff"),
}

# Rules that say something else than allow if true, or deny contains a reason.
MALFORMED: Final = {
    "a conflict": "deny contains side\nside := 1 if input.now\nside := 2 if input.now",
    "a deny that is a text": 'deny := "no"',
    "a deny that is true": "deny := true",
    "a deny that is an empty object": "deny := {}",
    "a deny of another type": "deny contains 1",
}


@pytest.mark.requirement("R9")
@pytest.mark.requirement("T4")
class PolicyEngineContract:
    """Bind it by a subclass with a fixture ``open_engine``: a folder's engine."""

    @pytest.fixture
    def engine(self, open_engine: OpenEngine) -> PolicyEngine:
        return open_engine(POLICIES)

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """A copy of the policies that a test may change."""
        return Path(shutil.copytree(POLICIES, tmp_path / "policies"))

    @pytest.mark.parametrize(("package", "changes"), ALLOWED.values(), ids=list(ALLOWED))
    def test_allows(self, engine, package, changes):
        """What the rules mean to allow is allowed, without a reason, by the bundle named."""
        expected = Decision(allowed=True, reasons=(), digest=engine.digest)

        assert expected == engine.decide(package, changed(package, changes))

    @pytest.mark.parametrize(("package", "changes", "rule"), DENIED.values(), ids=list(DENIED))
    def test_denies(self, engine, package, changes, rule):
        """Each rule denies by itself, and the reason names it."""
        decision = engine.decide(package, changed(package, changes))

        assert not decision.allowed
        assert {f"{package}.{rule}"} == {reason.rule for reason in decision.reasons}
        assert all(reason.message for reason in decision.reasons)

    def test_a_reason_says_what_would_do(self, engine):
        """The reason against a command names the principal, the command and the roles for it."""
        question = changed(COMMANDS, {"principal.roles": []})

        assert (
            Reason(
                "nexus.commands.roles",
                "user alice may not issue orders.PlaceOrder; "
                "it takes one of the roles developer, orders.approver, orders.clerk",
            ),
        ) == engine.decide(COMMANDS, question).reasons

    @pytest.mark.parametrize(("package", "path"), EVERY_PATH)
    def test_a_missing_field_denies(self, engine, package, path):
        """Nothing can be slipped past by leaving it out, with a reason from a rule."""
        decision = engine.decide(package, without(package, path))

        assert not decision.allowed
        assert any(reason.rule.startswith(f"{package}.") for reason in decision.reasons)

    @pytest.mark.parametrize(("package", "path"), EVERY_PATH)
    def test_a_value_of_another_type_denies(self, engine, package, path):
        """Rego orders values of all types, so each rule must look at the type first."""
        allowed = [
            value
            for value in JUNK
            if not is_legal(package, path, value)
            and engine.decide(package, changed(package, {path: value})).allowed
        ]

        assert [] == allowed

    @pytest.mark.parametrize("role", ["developer", "orders.approver"])
    def test_no_role_allows_junk(self, engine, role):
        """The most powerful roles need whole questions too."""
        allowed = [
            (path, value)
            for path in paths(COMMAND)
            for value in JUNK
            if path not in FREE | {"principal.roles", "principal"}
            and not is_legal(COMMANDS, path, value)
            and engine.decide(
                COMMANDS, changed(COMMANDS, {"principal.roles": [role], path: value})
            ).allowed
        ]

        assert [] == allowed

    @pytest.mark.parametrize(
        "package",
        [
            "",
            "nexus",
            "nexus.payments",
            "nexus.lib",
            "nexus.commands.roles",
            "data.nexus.commands",
            "nexus.commands; true",
        ],
    )
    def test_an_unknown_package_denies(self, engine, package):
        """A name that isn't one of the two is denied, and never evaluated."""
        decision = engine.decide(package, COMMAND)

        assert not decision.allowed
        assert [package] == [reason.rule for reason in decision.reasons]

    def test_a_package_answers_its_own_questions_only(self, engine):
        """A command isn't an event, nor the other way round."""
        assert not engine.decide(EVENTS, COMMAND).allowed
        assert not engine.decide(COMMANDS, EVENT).allowed

    def test_no_question_leaves_a_trace(self, engine):
        """A decision doesn't depend on the questions before, one that failed included."""
        questions = [COMMAND, changed(COMMANDS, {"principal.roles": []}), {}, {"x": object()}]
        decisions = [engine.decide(COMMANDS, question).allowed for question in questions * 3]

        assert [True, False, False, False] * 3 == decisions

    def test_threads_decide_side_by_side(self, engine):
        """Eight get the answers that one gets, to thousands of questions in orders of their own."""
        alone = [engine.decide(package, question) for package, question in MIXED]

        def others(thread: int) -> list[tuple[int, Decision]]:
            order = list(range(len(MIXED)))
            Random(thread).shuffle(order)
            decided = ((each, engine.decide(*MIXED[each])) for each in order)
            return [(each, decision) for each, decision in decided if decision != alone[each]]

        with ThreadPoolExecutor(max_workers=8) as pool:
            different = list(pool.map(others, range(8)))

        assert 4_000 < 8 * len(MIXED)
        assert {True, False} == {each.allowed for each in alone}
        assert [[]] * 8 == different

    def test_the_digest_is_of_the_content(self, open_engine, engine, folder):
        """The same files elsewhere have the same digest: SHA-256 in hex."""
        assert engine.digest == open_engine(folder).digest
        assert re.fullmatch("[0-9a-f]{64}", engine.digest)

    def test_the_digest_leaves_out_what_does_not_decide(self, open_engine, engine, folder):
        """Tests and other files don't change it."""
        (folder / "commands" / "roles_test.rego").unlink()
        (folder / "commands" / "README.md").write_text("Read me")
        (folder / "terraform").mkdir(exist_ok=True)
        (folder / "terraform" / "odd.rego").write_text("package nexus.terraform.odd")

        assert engine.digest == open_engine(folder).digest

    @pytest.mark.parametrize("path", ["commands/roles.rego", "lib/names.rego", "events/data.json"])
    def test_the_digest_changes_with_what_decides(self, open_engine, engine, folder, path):
        """One byte more in a rule, a library or data is another bundle."""
        with (folder / path).open("a") as file:
            file.write("\n")

        assert engine.digest != open_engine(folder).digest

    def test_a_changed_rule_decides(self, open_engine, folder):
        """A limit in data is what counts, so a change of policy takes no change of code."""
        data = folder / "commands" / "data.json"
        data.write_text(data.read_text().replace("1000000", "9998"))

        assert not open_engine(folder).decide(COMMANDS, COMMAND).allowed

    @pytest.mark.parametrize(("path", "content"), BROKEN.values(), ids=list(BROKEN))
    def test_a_broken_bundle_fails_at_start(self, open_engine, folder, path, content):
        """It is found before anything is asked, and the message is one for people."""
        (folder / path).write_bytes(content)

        with pytest.raises(Misconfigured) as caught:
            open_engine(folder)

        assert "backtrace" not in str(caught.value)

    def test_a_missing_bundle_fails_at_start(self, open_engine, folder):
        """No folder, or one without a rule, is no bundle."""
        for missing in (folder / "nowhere", folder / "terraform", folder / "commands"):
            with pytest.raises(Misconfigured):
                open_engine(missing)

    def test_a_package_without_rules_denies(self, open_engine, folder):
        """What no rule allows is denied."""
        shutil.rmtree(folder / "events")
        decision = open_engine(folder).decide(EVENTS, EVENT)

        assert not decision.allowed
        assert (Reason(EVENTS, "No rule allows it"),) == decision.reasons

    @pytest.mark.parametrize("value", ["false", '"yes"', "1", '{"allow": true}'])
    def test_only_true_allows(self, open_engine, folder, value):
        """An allow of another value is none."""
        (folder / "events" / "ownership.rego").write_text(
            f"package nexus.events.ownership\n\nimport rego.v1\n\nallow := {value}\n"
        )

        assert not open_engine(folder).decide(EVENTS, EVENT).allowed

    @pytest.mark.parametrize("rule", MALFORMED.values(), ids=list(MALFORMED))
    def test_an_evaluation_that_goes_wrong_denies(self, open_engine, folder, rule):
        """An error, and a rule of an unexpected shape, are denials with a reason."""
        (folder / "commands" / "odd.rego").write_text(
            f"package nexus.commands.odd\n\nimport rego.v1\n\n{rule}\n"
        )
        decision = open_engine(folder).decide(COMMANDS, COMMAND)

        assert not decision.allowed
        assert all(isinstance(reason.message, str) for reason in decision.reasons)

    def test_a_date_that_no_calendar_has_denies(self, engine):
        """Engines differ in how they fail on it, not in the answer."""
        changes = {"effectiveAt": "2026-02-31T00:00:00Z", "principal.roles": ["developer"]}

        assert not engine.decide(COMMANDS, changed(COMMANDS, changes)).allowed

    def test_a_large_question_denies(self, engine):
        """The limit is 4 MiB of JSON; up to it, size doesn't matter."""
        for length, allowed in ((2 * 1024 * 1024, True), (4 * 1024 * 1024, False)):
            question = changed(COMMANDS, {"command.data.note": "x" * length})

            assert allowed == engine.decide(COMMANDS, question).allowed

    @pytest.mark.parametrize(
        "value",
        [
            pytest.param(float("nan"), id="not a number"),
            pytest.param(float("inf"), id="infinity"),
            pytest.param(10**400, id="beyond floats"),
            pytest.param(10**5000, id="beyond texts"),
            pytest.param(Decimal("99.99"), id="decimal"),
            pytest.param({1, 2}, id="set"),
            pytest.param(b"bytes", id="bytes"),
            pytest.param("\ud800", id="half a surrogate pair"),
        ],
    )
    def test_what_an_engine_cannot_read_denies(self, engine, value):
        """Nothing is guessed; money, for one, comes as integer cents."""
        question = changed(COMMANDS, {"command.data.note": value})

        assert not engine.decide(COMMANDS, question).allowed

    def test_a_bottomless_question_denies(self, engine):
        """Nesting without end is an error like any other."""
        question = changed(COMMANDS, {})
        question["command"]["data"]["note"] = question

        assert not engine.decide(COMMANDS, question).allowed

    def test_a_deep_question_denies(self, engine):
        """Nesting that a parser may refuse is never an allow."""
        deep: list[Any] = []
        for _level in range(100_000):
            deep = [deep]

        assert not engine.decide(COMMANDS, changed(COMMANDS, {"command.data.note": deep})).allowed
