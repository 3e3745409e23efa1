"""Bad queries of read models of either kind: refused alike, or finding nothing; nothing is told."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from urllib.parse import quote

import pytest

from chalicelib.domain.orders.projections import customer_orders
from chalicelib.entrypoints.http import create_app
from chalicelib.entrypoints.local.server import LocalServer
from chalicelib.services.consistency import Mark, encode_token
from chalicelib.services.read_models import Document
from chalicelib.wiring import use
from chalicelib.wiring.embedded import Embedded
from tests.http.bad_queries import FOUND, MISSING, REFUSED
from tests.http.messages import body_of, get, problem, status_of
from tests.support.client import DEVELOPER, Client

pytestmark = [pytest.mark.requirement("T5"), pytest.mark.requirement("R6")]

INTERNALS = ("opensearch", "system-", "-v2", "sqlite", "json_extract", "traceback", "exception",
             "lucene", "shard", "prefix", "search_phase")  # fmt: skip
"""What an answer has only if it was in the question."""
DEEP = 10_200
"""Documents: OpenSearch counts pages up to 10,000."""


@pytest.fixture(name="embedded", scope="module")
def _embedded(either):
    """A system with two orders; another tenant has one too."""
    with Embedded.assemble(either) as embedded, use(embedded.system):
        client = Client(embedded)
        other = Client(embedded, replace(DEVELOPER, tenant="other"))
        for number in (1, 2):
            order = {"orderId": f"o-{number}", "customerId": f"c-{number}", "totalAmount": 5}
            client.command("PlaceOrder", order)
        other.command(
            "PlaceOrder", {"orderId": "secret", "customerId": "secret", "totalAmount": 99}
        )
        client.settle()
        yield embedded


@pytest.fixture(name="server", scope="module")
def _server(embedded):
    with LocalServer(create_app(), 0) as server:
        yield server


@pytest.fixture(autouse=True)
def _harmless(exchange, caplog):
    """Whatever a test has asked: no store has refused it, and the next one gets his answer."""
    with caplog.at_level(logging.WARNING):
        yield
    assert [] == [record.message for record in caplog.records]
    assert ["o-2", "o-1"] == found(exchange(get("/api/orders")))


def found(answer):
    """Return the ids of the orders that an answer lists."""
    assert 200 == status_of(answer)
    return [item["orderId"] for item in body_of(answer)["items"]]


def told_nothing(answer, asked):
    """Check that an answer has no word of the system's inside, nor of the other tenant."""
    text = answer.decode("latin-1").lower()
    for word in (*INTERNALS, "secret"):
        assert word in asked.lower() or word not in text


@pytest.mark.parametrize(("target", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_understood_is_refused(exchange, target, said):
    """With a 400 that names the parameter or the id, whichever store would have answered."""
    answer = exchange(get(target))

    members = problem(answer)
    assert (400, "/problems/invalid-input") == (members["status"], members["type"])
    assert said in json.dumps(members, ensure_ascii=False)
    told_nothing(answer, target)


@pytest.mark.parametrize(("target", "expected"), FOUND.values(), ids=FOUND)
def test_what_means_something_elsewhere_means_itself_here(exchange, target, expected):
    """No wildcard, quote or operator within a value, no way out by a cursor that was made up."""
    answer = exchange(get(target))

    assert sorted(expected) == sorted(found(answer))
    told_nothing(answer, target)


@pytest.mark.parametrize("name", MISSING)
def test_what_stores_call_so_is_no_order(exchange, name):
    """It is not found, and so is what another tenant has."""
    answer = exchange(get(f"/api/orders/{name}"))

    members = problem(answer)
    assert (404, "/problems/not-found") == (members["status"], members["type"])
    assert f"there is no Order {name}" == members["detail"]
    told_nothing(answer, name)


@pytest.mark.parametrize(
    "header",
    ["Nexus-Tenant: other", "X-Tenant: other", "X-Tenant-Id: other", "Tenant: other",
     "Authorization: Bearer other", "X-Forwarded-User: other", "Cookie: tenant=other"],
)  # fmt: skip
def test_no_header_names_a_tenant(exchange, header):
    """Who asks is known by his token alone."""
    for target in ("/api/orders", "/api/sales", "/api/customers/secret/orders"):
        told_nothing(exchange(get(target, header)), target)


@pytest.mark.parametrize(
    "mark",
    [
        Mark("Order", "secret", 1, 1),
        Mark("Order", "o-1", 10**18, 10**18),
        Mark("Order", "nobody", 1, 0),
        Mark("Order", "_search", 10**1000, 10**1000),
    ],
    ids=["another-tenants", "too-new", "of-nobody", "absurd"],
)
def test_a_token_that_was_made_up_is_waited_for_in_vain(exchange, mark):
    """It tells no more than what it says itself: not whether another tenant has such a stream."""
    for target in ("/api/orders/o-1", "/api/orders", "/api/sales"):
        answer = exchange(get(target, f"Nexus-Consistency: {encode_token(mark)}"))

        members = problem(answer)
        assert (503, "/problems/not-yet-visible") == (members["status"], members["type"])
        assert members["have"] == (1 if mark.id == "o-1" else 0)
        told_nothing(answer, mark.id)


@pytest.mark.parametrize("text", ["x", "", "*", "W10", "bnVsbA", "A" * 60_000, "W1tb" * 1000])
def test_what_is_no_token_is_refused(exchange, text):
    """Naming the header."""
    members = problem(exchange(get("/api/orders", f"Nexus-Consistency: {text}")))

    assert (400, "/problems/invalid-input") == (members["status"], members["type"])
    assert "Nexus-Consistency" in members["detail"]


def test_a_document_is_asked_for_without_parameters(exchange):
    """Each of those that came is named."""
    members = problem(exchange(get("/api/orders/o-1?limit=1&status=paid")))

    assert 400 == members["status"]
    assert ["limit", "status"] == [error["pointer"] for error in members["errors"]]


def test_all_pages_are_reached_however_many(embedded, exchange):
    """Behind the ten-thousandth document too; each comes once, in order."""
    names = [f"deep-{number:05}" for number in range(DEEP)]
    index = embedded.ports.lineups.get(customer_orders.name).live
    documents = [
        Document(
            "default", name, 1, json.dumps({"orderId": name}).encode(),
            {"orderId": name, "customerId": "deep", "placedAt": "2026", "totalAmount": 1,
             "currency": "EUR", "status": "placed"},
        )
        for name in names
    ]  # fmt: skip
    embedded.ports.read_models.put(index, documents)
    target = "/api/customers/deep/orders?sort=orderId&limit=200"
    answer = exchange(get(target))
    listed = found(answer)
    while cursor := body_of(answer)["next"]:
        answer = exchange(get(f"{target}&cursor={quote(cursor)}"))
        listed += found(answer)

    assert names == listed
