"""Pages of denials: a cursor stands for a place, to the microsecond, and for nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.kernel.commit import Principal
from chalicelib.kernel.errors import InvalidInput
from chalicelib.kernel.stream import StreamId
from chalicelib.services.denials import page_of
from chalicelib.services.governance.decisions import DecisionRecord, RedactedInput, Subject
from chalicelib.services.governance.policy_engine import Decision, Reason

pytestmark = pytest.mark.requirement("R9")

AT = datetime(2026, 2, 3, 4, 5, 6, 789_013, tzinfo=UTC)


class Kept:
    """A Decisions in memory."""

    def __init__(self, *records):
        self.records = sorted(records, key=lambda each: each.place, reverse=True)

    def record(self, denial):
        self.records.append(denial)

    def denials(self, tenant, *, limit, before=None):
        behind = [
            each
            for each in self.records
            if each.subject.stream.tenant == tenant and (before is None or each.place < before)
        ]
        return behind[:limit]


def denial(name, after=0):
    """One that came so many microseconds after the first."""
    who = Principal("user", "u-1", "default", ("clerk",))
    subject = Subject(
        "orders.PayOrder", StreamId("default", "Order", name), who, RedactedInput.of({}, [])
    )
    decision = Decision(allowed=False, reasons=(Reason("a.b", "no"),), digest="00" * 32)
    return DecisionRecord(name, AT + timedelta(microseconds=after), subject, decision)


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
def test_pages_have_each_denial_once(limit):
    """Also those of one microsecond; the last page tells that it is the last."""
    kept = Kept(denial("a"), denial("b"), denial("c", 1), denial("d", 2))
    found, cursor = [], None
    for _ in range(9):
        page = page_of(kept, "default", limit=limit, cursor=cursor)
        found.append([each["id"] for each in page["items"]])
        cursor = page["next"]
        if cursor is None:
            break

    assert ["d", "c", "b", "a"] == [name for names in found for name in names]
    assert -(-4 // limit) == len(found)


@pytest.mark.parametrize("cursor", ["", "7", "-a", "7-", "1" * 18 + "-a", "7-a b", "x-a"])
def test_another_cursor_is_refused(cursor):
    """Before anything is read."""
    with pytest.raises(InvalidInput, match="does not belong to denials"):
        page_of(Kept(), "default", limit=1, cursor=cursor)
