"""What the record of a decision says, and what it keeps to itself."""

import logging
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from chalicelib.kernel.commit import Principal
from chalicelib.kernel.errors import Forbidden
from chalicelib.services.governance.decisions import DecisionLog
from chalicelib.services.governance.policy_engine import (
    CommandQuestion,
    Decision,
    Policies,
    Reason,
)
from tests.support.commits import a_stream

pytestmark = pytest.mark.requirement("R9")

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
DATA = {"order_id": "o-1", "received_by": "Jane Doe", "total": Decimal("1.50"), "lines": [{"a": 1}]}
DENIAL = Decision(allowed=False, reasons=(Reason("nexus.commands.roles", "no"),), digest="ab")


class Refusing:
    """A PolicyEngine that denies everything."""

    digest = "ab"

    def decide(self, package, question):
        return DENIAL


class Memory:
    """A Decisions in memory, or one that fails."""

    failure: Exception | None = None

    def __init__(self):
        self.records = []

    def record(self, denial):
        if self.failure is not None:
            raise self.failure
        self.records.append(denial)

    def denials(self, tenant, *, limit, before=None):
        return self.records


@pytest.fixture(name="decisions")
def _decisions():
    return Memory()


@pytest.fixture(name="policies")
def _policies(decisions):
    return Policies(Refusing(), DecisionLog(decisions, lambda: NOON, new_id=lambda: "one"))


def question(data=DATA, *, now=NOON, effective_at=None, name="orders.DeliverOrder"):
    principal = Principal("user", "clerk", "default", ("a",))
    return CommandQuestion(name, data, a_stream(), principal, effective_at, now)


def recorded(policies, decisions, asked):
    with pytest.raises(Forbidden):
        policies.authorise(asked)
    return decisions.records[-1]


def test_a_record_has_all_but_the_values(policies, decisions):
    """Who wanted what, of which stream, by which bundle, why not, and when."""
    record = recorded(policies, decisions, question())

    assert ("one", NOON, DENIAL) == (record.id, record.at, record.decision)
    subject = record.subject
    assert ("orders.DeliverOrder", a_stream()) == (subject.type, subject.stream)
    assert "clerk" == subject.principal.id
    assert ("order_id", "received_by", "total", "lines") == subject.input.fields
    assert "Jane" not in repr(record)


def test_the_same_input_has_the_same_digest(policies, decisions):
    """Whenever it is asked, and in whatever order its fields come."""
    first = recorded(policies, decisions, question())
    again = question(dict(reversed(DATA.items())), now=NOON.replace(hour=13))

    assert first.subject.input.digest == recorded(policies, decisions, again).subject.input.digest


@pytest.mark.parametrize(
    "other",
    [
        question(DATA | {"received_by": "Jane Do"}),
        question(DATA | {"total": Decimal("1.51")}),
        question({name: value for name, value in DATA.items() if name != "lines"}),
        question(name="orders.CancelOrder"),
        question(effective_at=NOON),
    ],
    ids=["a value", "an amount", "a field less", "another command", "another time"],
)
def test_another_input_has_another_digest(policies, decisions, other):
    """It covers type, data and effective time."""
    first = recorded(policies, decisions, question())

    assert first.subject.input.digest != recorded(policies, decisions, other).subject.input.digest


@pytest.mark.parametrize("failure", [OSError("disk"), ValueError("bad")], ids=repr)
def test_what_can_not_be_recorded_is_denied_and_logged(policies, decisions, caplog, failure):
    """The answer is the same no; the log names rule, command and stream, but no input."""
    decisions.failure = failure

    with caplog.at_level(logging.ERROR), pytest.raises(Forbidden, match="no"):
        policies.authorise(question())

    for said in ("orders.DeliverOrder", str(a_stream()), "nexus.commands.roles", str(failure)):
        assert said in caplog.text
    assert "Jane" not in caplog.text
