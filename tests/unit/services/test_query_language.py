import base64
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import pytest

from chalicelib.domain.orders.order import Status
from chalicelib.kernel.errors import InvalidInput
from chalicelib.services.cursors import _digest
from chalicelib.services.query_language import QueryLanguage
from chalicelib.services.read_models import Document, Filter, Sort

pytestmark = pytest.mark.requirement("R6")


@dataclass(frozen=True)
class Parcel:
    parcel_id: str
    weight: int
    price: Decimal
    status: Status
    fragile: bool
    sent_at: datetime
    day: date
    note: str | None
    tags: tuple[str, ...]


language = QueryLanguage("parcels-v1", Parcel)


def query(*parameters, **fixed):
    return language.query("default", list(parameters), fixed, "-sentAt")


class TestFilters:
    @pytest.mark.parametrize(
        ("name", "text", "expected"),
        [
            ("parcelId", "a b", Filter("parcelId", "eq", "a b")),
            ("weight[gt]", "5", Filter("weight", "gt", 5)),
            ("price[lte]", "9.5", Filter("price", "lte", 950)),
            ("status", "paid", Filter("status", "eq", "paid")),
            ("status[gte]", "paid", Filter("status", "gte", "paid")),
            ("fragile", "true", Filter("fragile", "eq", True)),
            (
                "sentAt[gte]",
                "2026-01-01T13:00:00+01:00",
                Filter("sentAt", "gte", "2026-01-01T12:00:00.000000Z"),
            ),
            ("day[lt]", "2026-02-28", Filter("day", "lt", "2026-02-28")),
            ("note", "", Filter("note", "eq", "")),
        ],
    )
    def test_reads_each_kind_of_value(self, name, text, expected):
        """
        A value becomes what the read model stores: money in hundredths, times in UTC.
        """
        assert (expected,) == language.filters([(name, text)])

    @pytest.mark.parametrize(
        ("name", "text", "message"),
        [
            ("colour", "red", "no such field; there are parcelId, weight"),
            ("tags", "x", "no such field"),
            ("weight[like]", "5", "no such operator"),
            ("weight[gt", "5", "no such field"),
            ("weight'; DROP TABLE x", "5", "no such field"),
            ("weight", "five", "'five' is no integer"),
            ("weight", "9" * 30, "is no integer"),
            ("price", "1.001", "'1.001' is no amount"),
            ("price", "NaN", "'NaN' is no amount"),
            ("price", "1e99999999999", "is no amount"),
            ("fragile", "yes", "'yes' is no boolean"),
            ("status", "foo", "'foo' is none of placed, paid, shipped, delivered, cancelled"),
            ("status[gt]", "Paid", "'Paid' is none of placed, paid"),
            ("status", "x" * 501, "is none of placed, paid"),
            ("sentAt", "yesterday", "is no time"),
            ("day", "2026-02-30", "is no day"),
            ("parcelId", "x" * 501, "is no text"),
        ],
    )
    def test_names_what_it_does_not_understand(self, name, text, message):
        """
        A fault bears the parameter's name and says what would do.
        """
        with pytest.raises(InvalidInput) as refused:
            language.filters([(name, text)])

        (fault,) = refused.value.faults
        assert name == fault.pointer
        assert message in fault.message

    def test_has_at_most_a_hundred_conditions(self):
        """
        A query that no index could take in is refused before one is asked.
        """
        assert 100 == len(language.filters([("weight[gt]", "5")] * 100))
        with pytest.raises(InvalidInput, match="at most 100 conditions, not 101"):
            language.filters([("weight[gt]", "5")] * 101)

    def test_names_every_fault_at_once(self):
        """
        One answer tells all that is wrong.
        """
        with pytest.raises(InvalidInput) as refused:
            language.filters([("weight", "x"), ("status", "paid"), ("colour", "red")])

        assert ["weight", "colour"] == [fault.pointer for fault in refused.value.faults]


class TestQuery:
    def test_has_defaults(self):
        """
        Without parameters: the view's order, fifty documents, the route's filters.
        """
        asked = query(parcelId="p-1")

        assert Sort("sentAt", descending=True) == asked.sort
        assert (50, None) == (asked.limit, asked.after)
        assert (Filter("parcelId", "eq", "p-1"),) == asked.filters

    @pytest.mark.parametrize(
        "parameters",
        [
            [("limit", "0")],
            [("limit", "201")],
            [("limit", "10000")],
            [("limit", "-1")],
            [("limit", "1.5")],
            [("limit", "٣")],
            [("limit", "5"), ("limit", "6")],
            [("sort", "colour")],
            [("sort", "note")],
            [("sort", "tags")],
            [("sort", "--weight")],
            [("q", "a"), ("q", "b")],
        ],
    )
    def test_refuses_bad_paging(self, parameters):
        """
        A page has 1 to 200 documents; only fields that are always there can be sorted by.
        """
        with pytest.raises(InvalidInput):
            query(*parameters)


class TestSearch:
    def test_reads_words(self):
        """
        q is words, or their beginnings, compared without regard to case.
        """
        assert ("ada", "lov") == query(("q", "Ada lov")).words

    @pytest.mark.parametrize("text", ["", "...", "a " * 11, "x" * 501])
    def test_refuses_none_and_too_many(self, text):
        """
        One to ten words can be searched for at once.
        """
        with pytest.raises(InvalidInput, match="1 to 10 words"):
            query(("q", text))

    def test_belongs_to_the_cursor(self):
        """
        A cursor of one search does not go on in another.
        """
        cursor = language.cursor(query(("q", "ada")), TestCursor.last)

        assert ("2026", "p-7") == query(("q", "ada"), ("cursor", cursor)).after
        with pytest.raises(InvalidInput, match="does not belong"):
            query(("q", "lovelace"), ("cursor", cursor))


def _refused(*parameters):
    with pytest.raises(InvalidInput, match="cursor"):
        query(*parameters)
    return True


class TestCursor:
    last = Document("default", "p-7", 3, b"{}", {"weight": 5, "sentAt": "2026"})

    def test_goes_on_behind_a_document(self):
        """
        A cursor, given back with its query, carries the sort value and the id.
        """
        asked = query(("sort", "weight"), ("status", "paid"))
        cursor = language.cursor(asked, self.last)

        following = query(("status", "paid"), ("cursor", cursor), ("sort", "weight"))

        assert (5, "p-7") == following.after

    def test_belongs_to_its_query(self):
        """
        With another filter, order or tenant a cursor is refused.
        """
        cursor = ("cursor", language.cursor(query(("sort", "weight")), self.last))

        for refused in (
            lambda: query(cursor),
            lambda: query(("sort", "-weight"), cursor),
            lambda: query(("sort", "weight"), ("status", "paid"), cursor),
            lambda: language.query("other", [("sort", "weight"), cursor], {}, "weight"),
        ):
            with pytest.raises(InvalidInput, match="does not belong"):
                refused()

    def test_belongs_to_its_index(self):
        """
        What another index gave leads nowhere in this one: the list is to be begun anew.
        """
        cursor = ("cursor", language.cursor(query(("sort", "weight")), self.last))
        elsewhere = QueryLanguage("parcels-v2", Parcel)

        with pytest.raises(InvalidInput, match="its index answers no more") as refused:
            elsewhere.query("default", [("sort", "weight"), cursor], {}, "weight")

        assert ["begin anew, without a cursor"] == [each.message for each in refused.value.faults]

    def test_goes_on_in_other_words(self):
        """
        Order and repeats of filters and words don't count.
        """
        first, second = ("weight[gt]", "1"), ("status", "paid")
        cursor = language.cursor(query(first, second, ("q", "a b")), self.last)

        following = query(second, first, first, ("q", "b a b"), ("cursor", cursor))

        assert ("2026", "p-7") == following.after

    @pytest.mark.parametrize(
        "place", [["x", "p-7"], [True, "p-7"], [None, "p-7"], [5.5, "p-7"], [5, 7], [6, "p-7"]]
    )
    def test_of_another_place_is_refused(self, place):
        """
        What was changed on the way, and what its field can't hold though the seal is right.
        """
        asked = query(("sort", "weight"))
        good = json.loads(base64.urlsafe_b64decode(language.cursor(asked, self.last) + "=="))
        seal = good[0] if place == [6, "p-7"] else _digest(["parcels-v1", good[1], *place])
        text = json.dumps([seal, good[1], *place]).encode()

        with pytest.raises(InvalidInput, match="not as it was given"):
            query(("sort", "weight"), ("cursor", base64.urlsafe_b64encode(text).decode()))

    def test_of_one_letter_more_or_less_is_refused(self):
        """
        Wherever it was changed.
        """
        asked = ("sort", "weight")
        cursor = language.cursor(query(asked), self.last)

        for at in range(len(cursor)):
            other = "A" if cursor[at] != "A" else "B"
            for changed in (cursor[:at] + cursor[at + 1 :], cursor[:at] + other + cursor[at + 1 :]):
                assert changed == cursor or _refused(asked, ("cursor", changed))

    @pytest.mark.parametrize("text", ["", "x", "ä", "W10", "bnVsbA", "WzEsMiwzXQ", "[" * 9000])
    def test_nonsense_is_refused(self, text):
        """
        Whatever is no cursor is refused like a foreign one.
        """
        with pytest.raises(InvalidInput, match="does not belong"):
            query(("cursor", text))
