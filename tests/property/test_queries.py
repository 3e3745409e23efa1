"""The query language, from parameters to pages, against a naive filter over the folded log."""

from __future__ import annotations

import json
import operator
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.services.documents import words_of
from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.settings import Settings
from tests.support.client import Client

ORDERS = "/api/orders"
OPERATORS = {
    "": operator.eq,
    "[gt]": operator.gt,
    "[gte]": operator.ge,
    "[lt]": operator.lt,
    "[lte]": operator.le,
}
AMOUNTS = [Decimal("0.01"), Decimal("9.99"), Decimal(10), Decimal("10.01"), Decimal(1000)]
CUSTOMERS = ["ada", "Ada", "ada-lovelace", "grace"]

conditions = st.one_of(
    st.tuples(st.just("totalAmount"), st.sampled_from(sorted(OPERATORS)), st.sampled_from(AMOUNTS)),
    st.tuples(
        st.just("customerId"), st.sampled_from(sorted(OPERATORS)), st.sampled_from(CUSTOMERS)
    ),
    st.tuples(st.just("status"), st.just(""), st.sampled_from(["placed", "paid", "cancelled"])),
    st.tuples(st.just("version"), st.sampled_from(sorted(OPERATORS)), st.integers(0, 3)),
)
sorts = st.sampled_from(["orderId", "totalAmount", "customerId", "version", "status", "placedAt"])


@pytest.fixture(name="client", scope="module")
def _client():
    """Twenty-seven orders in all three states, with few different values."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Embedded.assemble(Settings(data=Path(folder) / "data")) as embedded,
    ):
        client = Client(embedded)
        for number in range(27):
            _order(client, number)
        client.settle()
        yield client


def _order(client, number):
    order = {"orderId": f"o-{number}"}
    total = float(AMOUNTS[number % len(AMOUNTS)])
    customer = CUSTOMERS[number % len(CUSTOMERS)]
    client.command("PlaceOrder", {**order, "customerId": customer, "totalAmount": total})
    if number % 3 == 1:
        client.command("PayOrder", {**order, "paymentId": "p", "amount": total})
    if number % 3 == 2:
        client.command("CancelOrder", order)


def folded(client):
    """Every document there is, read one by one."""
    return [client.one("/api/orders/{orderId}", orderId=f"o-{number}") for number in range(27)]


def holds(document, condition):
    field, operation, value = condition
    have = document[field]
    if isinstance(value, Decimal):
        have = Decimal(str(have))
    return OPERATORS[operation](have, value)


def matches(document, words):
    known = words_of(json.dumps([v for v in document.values() if isinstance(v, str)]))
    return all(any(each.startswith(word) for each in known) for word in words_of(words))


@pytest.mark.requirement("R6")
@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    asked=st.lists(conditions, max_size=3),
    words=st.sampled_from(["", "ada", "LOVE", "ada pl", "gr pai", "usd"]),
    sort=sorts,
    descending=st.booleans(),
    limit=st.integers(1, 30),
)
def test_pages_join_to_what_a_naive_filter_finds(client, asked, words, sort, descending, limit):
    """
    Whatever is asked, however it is sorted and cut into pages: the same documents, each once.
    """
    parameters = [(f"{field}{operation}", str(value)) for field, operation, value in asked]
    parameters += [("q", words)] if words else []
    sign = "-" if descending else ""

    found = client.many(ORDERS, *parameters, ("sort", f"{sign}{sort}"), ("limit", str(limit)))

    expected = [
        document
        for document in folded(client)
        if all(holds(document, condition) for condition in asked) and matches(document, words)
    ]
    expected.sort(key=lambda each: (each[sort], each["orderId"]), reverse=descending)
    assert [each["orderId"] for each in expected] == [each["orderId"] for each in found]
