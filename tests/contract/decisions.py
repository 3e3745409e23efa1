"""The contract of Decisions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from chalicelib.kernel.commit import Principal
from chalicelib.services.governance.decisions import DecisionRecord, RedactedInput, Subject
from chalicelib.services.governance.policy_engine import Decision, Reason
from tests.support.commits import a_stream

if TYPE_CHECKING:
    from chalicelib.services.governance.decisions import Decisions

NOON = datetime(2026, 1, 31, 12, 0, 0, 123456, UTC)
LARGE = 50


def a_denial(
    number: int = 0, *, tenant: str = "default", at: datetime | None = None
) -> DecisionRecord:
    """Return the denial of that number: the higher, the newer."""
    return DecisionRecord(
        id=f"denial-{number:04}",
        at=at or NOON + timedelta(microseconds=number),
        subject=Subject(
            "orders.PlaceOrder",
            a_stream(f"order-{number}", tenant=tenant),
            Principal("user", "somebody", tenant, ("clerk", "night shift")),
            RedactedInput(("order_id", "total_amount"), "ab" * 32),
        ),
        decision=Decision(
            allowed=False,
            reasons=(Reason("nexus.commands.roles", "no"), Reason("nexus.commands.tenancy", "")),
            digest="cd" * 32,
        ),
    )


def listed(decisions: Decisions, tenant: str = "default") -> list[DecisionRecord]:
    return list(decisions.denials(tenant, limit=100))


@pytest.mark.requirement("R9")
class DecisionsContract:
    """Bind it with a fixture ``decisions``: a Decisions with nothing in it."""

    def test_nobody_was_denied_anything_yet(self, decisions: Decisions):
        """Then the list is empty."""
        assert [] == listed(decisions)

    def test_a_record_comes_back_as_it_was(self, decisions: Decisions):
        """Who wanted what of which stream, every reason, the bundle, the microsecond."""
        decisions.record(a_denial())

        assert [a_denial()] == listed(decisions)

    def test_a_record_is_kept_once(self, decisions: Decisions):
        """An answer may have been lost, and the record come again."""
        decisions.record(a_denial())
        decisions.record(a_denial())

        assert [a_denial()] == listed(decisions)

    def test_the_newest_come_first(self, decisions: Decisions):
        """Whichever was recorded last."""
        for number in (3, 1, 4, 0, 2):
            decisions.record(a_denial(number))

        assert [a_denial(number) for number in (4, 3, 2, 1, 0)] == listed(decisions)

    def test_of_one_moment_the_higher_id_comes_first(self, decisions: Decisions):
        """So that the order is the same each time."""
        for number in (1, 0, 2):
            decisions.record(a_denial(number, at=NOON))

        assert ["denial-0002", "denial-0001", "denial-0000"] == [
            record.id for record in listed(decisions)
        ]

    @pytest.mark.parametrize("limit", [1, 7, LARGE - 1, LARGE, LARGE + 1])
    def test_a_list_goes_on_where_it_ended(self, decisions: Decisions, limit: int):
        """Page by page: each once, none left out, though several are of one moment."""
        expected = [
            a_denial(number, at=NOON + timedelta(hours=number // 4)) for number in range(LARGE)
        ]
        for record in expected:
            decisions.record(record)

        found: list[DecisionRecord] = []
        while page := decisions.denials(
            "default", limit=limit, before=found[-1].place if found else None
        ):
            assert len(page) <= limit
            found += page

        assert expected[::-1] == found

    def test_what_comes_in_between_disturbs_no_list(self, decisions: Decisions):
        """It is newer than the place, so whoever goes on does not see it."""
        for number in range(4):
            decisions.record(a_denial(number))
        first = decisions.denials("default", limit=2)
        decisions.record(a_denial(9))

        rest = decisions.denials("default", limit=9, before=first[-1].place)

        assert [a_denial(1), a_denial(0)] == list(rest)

    def test_tenants_are_apart(self, decisions: Decisions):
        """Also those whose names begin alike."""
        for tenant in ("t", "t-2", "t.", "T"):
            decisions.record(a_denial(tenant=tenant))

        assert [a_denial(tenant="t")] == listed(decisions, "t")
        assert [] == listed(decisions, "t-")
        assert [] == listed(decisions, "default")

    @pytest.mark.parametrize(
        "text", ["", "a\0b", "half \ud800", 'it\'s "a" \N{SNOWMAN}\n'], ids=ascii
    )
    def test_texts_may_be_odd(self, decisions: Decisions, text: str):
        """A principal is named by whoever signs the tokens, and a reason quotes it."""
        subject = replace(a_denial().subject, principal=Principal("user", text, text, (text,)))
        decision = Decision(allowed=False, reasons=(Reason("rule", text),), digest="")
        expected = replace(a_denial(), subject=subject, decision=decision)

        decisions.record(expected)

        assert [expected] == listed(decisions)

    def test_times_are_instants(self, decisions: Decisions):
        """Whatever zone they are told in, they sort as they follow each other."""
        west = timezone(timedelta(hours=-9, minutes=-30))
        earlier = a_denial(1, at=datetime(2026, 1, 1, 0, 0, 0, 1, UTC))
        later = a_denial(0, at=datetime(2025, 12, 31, 14, 30, 0, 2, west))

        decisions.record(later)
        decisions.record(earlier)

        assert [later, earlier] == listed(decisions)
        assert [earlier] == list(decisions.denials("default", limit=9, before=later.place))

    def test_many_may_be_denied_at_once(self, decisions: Decisions):
        """Every one of them is on record, also when all are of one moment."""
        expected = [a_denial(number, at=NOON) for number in range(64)]

        with ThreadPoolExecutor(16) as threads:
            list(threads.map(decisions.record, expected))

        assert expected[::-1] == listed(decisions)
