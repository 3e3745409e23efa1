"""Documents on OpenSearch that are not what was put: told by whoever reads them, in queries too."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from chalicelib.adapters.opensearch.documents import key_of, source_of
from chalicelib.domain.orders.projections import order_details
from chalicelib.entrypoints.http import create_app
from chalicelib.entrypoints.local.server import LocalServer
from chalicelib.kernel.errors import DamagedReadModel
from chalicelib.wiring import use
from chalicelib.wiring.embedded import Embedded
from tests.contract.read_models import a_document, a_query
from tests.support.client import Client
from tests.support.opensearch_indexes import read_models_on, settings_on

pytestmark = [pytest.mark.requirement("R5"), pytest.mark.requirement("T8")]

INDEX = "orders-v1"
TENANT = "default"
LIVE = order_details.index
ROUTE = "/api/operations/projections/order-details"
DAMAGE = {
    "words": [None, "x", ["x", None], [["a"]], [1]],
    "version": ["1", None, [1], 1.0, 2],
    "body": [None, "AAAA", ["AAAA"]],
    "found": [None, False],
    "fields": [None, [], {"total": "1"}, {"total": [1]}, {"total": 2, "status": "s"}],
    "long": [None, {"status": "t"}, [], 3],
    "parts": [None, {}, {"total": None}, {"total": {"high": 0, "middle": 0, "low": 2}}],
    "size": [None, [1, 2], -5, 2**31 - 1],
    "seal": [None, "AAAA", ["AAAA"]],
    "tenant": [None, "other", ["default"]],
    "id": [None, "b", ["a"]],
}
"""By member of a document, what somebody, or something, has put there instead."""


def called(read_models, method, path, body):
    return read_models._connection.change("a test", method, path, body)


def overwrite(read_models, index, name, source):
    """Have a document lie there, whatever it is, under the name of another one."""
    path = f"/{read_models._layout.name(index)}/_doc/{TENANT}%2F{name}?refresh=true"
    called(read_models, "PUT", path, source)


@pytest.fixture(name="read_models", scope="module")
def _read_models(opensearch):
    with read_models_on(opensearch) as read_models:
        read_models.create(INDEX, {"total": int, "status": str})
        yield read_models


@pytest.mark.parametrize(
    ("member", "value"),
    [(member, value) for member, values in DAMAGE.items() for value in values],
    ids=str,
)
def test_no_member_is_believed(read_models, member, value):
    """
    Each is under the seal, or follows from what is; also the parts, of which sums are made.
    """
    document = a_document("a", total=1, status="s")
    overwrite(read_models, INDEX, "a", source_of(document) | {member: value})

    for question in (
        lambda: read_models.get(INDEX, TENANT, "a"),
        lambda: read_models.page(INDEX, None, 10),
        lambda: read_models.sample(INDEX, 1, 10),
    ):
        with pytest.raises(DamagedReadModel, match="rebuild"):
            question()


@pytest.mark.parametrize("change", [{"tenant": "other"}, {"id": "b"}], ids=str)
def test_a_document_in_the_place_of_another_is_not_shown(read_models, change):
    """
    Though it is whole: it may be another tenant's.
    """
    stranger = replace(a_document("a", total=1, status="s"), **change)
    assert key_of(TENANT, "a") != key_of(stranger.tenant, stranger.id)
    overwrite(read_models, INDEX, "a", source_of(stranger))

    for question in (
        lambda: read_models.get(INDEX, TENANT, "a"),
        lambda: read_models.find(INDEX, replace(a_query(), tenant=stranger.tenant)),
        lambda: read_models.page(INDEX, None, 10),
    ):
        with pytest.raises(DamagedReadModel, match="rebuild"):
            question()


@pytest.fixture(name="client")
def _client(opensearch, settings):
    """A system with two orders, of which the first one's document is then damaged."""
    with settings_on(opensearch, settings) as found, Embedded.assemble(found) as embedded:
        client = Client(embedded)
        for number in (1, 2):
            order = {"orderId": f"o-{number}", "customerId": "c", "totalAmount": 5}
            client.command("PlaceOrder", order)
        client.settle()
        read_models = embedded.ports.read_models
        document = read_models.get(LIVE, TENANT, "o-1")
        assert document is not None
        source = source_of(replace(document, fields={**document.fields, "totalAmount": 1}))
        overwrite(read_models, LIVE, "o-1", source | {"seal": source_of(document)["seal"]})
        yield client


@pytest.fixture(name="http")
def _http(client):
    with (
        use(client.system),
        LocalServer(create_app(), 0) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{server.port}") as http,
    ):
        yield http


def pay(client, number):
    payment = {"orderId": f"o-{number}", "paymentId": "p", "amount": 5}
    return client.command("PayOrder", payment).consistency_token


def carry(client):
    """Step until nothing is left to carry; return how many rounds that took."""
    for rounds in range(20):
        if not client.embedded.pump.step():
            return rounds
    raise AssertionError("it never ends")


def state(http):
    """What operations tell of the projection."""
    items = http.get("/api/operations/projections").json()["items"]
    return next(each for each in items if each["name"] == "order-details")


def test_a_stream_whose_document_is_damaged_stops_alone(client, http):
    """
    It is parked, with its letter; the others go on, and it is told in health and operations.
    """
    token = pay(client, 1)
    pay(client, 2)

    rounds = carry(client)

    assert rounds < 5
    assert "paid" == http.get("/api/orders/o-2").json()["status"]
    assert 2 == http.get("/api/sales?status=paid").json()["items"][0]["orders"]
    health = http.get("/health").json()["health"]
    assert ("degraded", 1, 1, 1) == tuple(
        health[each] for each in ("status", "parkedCount", "deadLetterCount", "damagedCount")
    )
    assert {(0, 0)} == {(each["lag"], each["failures"]) for each in health["consumers"]}
    assert [("default/Order/o-1", 1)] == [
        (each["stream"], each["behind"]) for each in state(http)["parked"]
    ]
    assert "rebuild its projection" in state(http)["damaged"]
    (letter,) = http.get("/api/operations/dlq").json()["items"]
    assert (LIVE, 2, 3) == tuple(letter[each] for each in ("consumer", "version", "attempts"))
    assert letter["reason"].startswith("DamagedReadModel: ")
    parked = http.get("/api/orders/o-1", headers={"Nexus-Consistency": token})
    assert (503, "/problems/parked") == (parked.status_code, parked.json()["type"])


def test_a_damaged_document_is_told_without_a_word_of_where(client, http):
    """
    Whoever asks learns that it can't be shown, not where it lies; what is read elsewhere is shown.
    """
    for target in ("/api/orders/o-1", "/api/orders", "/api/orders?q=c"):
        answer = http.get(target)
        assert (503, "/problems/damaged-read-model") == (answer.status_code, answer.json()["type"])
        for inside in (LIVE, "system-", "OpenSearch", "seal"):
            assert inside not in answer.text

    assert 200 == http.get("/api/orders/o-2").status_code
    assert 2 == len(http.get("/api/customers/c/orders").json()["items"])


def test_it_stops_again_until_another_index_answers(client, http):
    """
    A redrive is in vain; a rebuild is whole, and once the damaged index is dropped, all is well.
    """
    pay(client, 1)
    carry(client)
    redrive = {"stream": "default/Order/o-1"}

    vain = http.post(f"/api/operations/dlq/{LIVE}/redrive", json=redrive).json()
    http.post(f"{ROUTE}/rebuild")
    carry(client)
    held = http.get(f"{ROUTE}/rebuild").json()
    switched = http.post(f"{ROUTE}/switch")
    client.command("PlaceOrder", {"orderId": "o-3", "customerId": "c", "totalAmount": 5})
    carry(client)
    listed = http.get("/api/orders").json()["items"]
    retired = http.post(f"{ROUTE}/retire")

    assert {"redriven": False} == vain
    assert ("held", True) == (held["state"], "default/o-1 can't be read" in held["error"])
    assert [200, 200] == [switched.status_code, retired.status_code]
    assert [("o-3", "placed"), ("o-2", "placed"), ("o-1", "paid")] == [
        (each["orderId"], each["status"]) for each in listed
    ]
    health = http.get("/health").json()
    assert ("ok", 0, 0, 0) == tuple(
        health[each] for each in ("status", "parkedCount", "deadLetterCount", "damagedCount")
    )


@pytest.mark.parametrize(("method", "suffix"), [("POST", "/_close"), ("DELETE", "")])
def test_what_opensearch_refuses_is_for_the_log(client, http, caplog, method, suffix):
    """
    An index that was closed, or deleted: its name and OpenSearch's words are in no answer.
    """
    read_models = client.embedded.ports.read_models
    name = read_models._layout.name(LIVE)
    called(read_models, method, f"/{name}{suffix}", None)

    answers = [http.get(f"/api/orders{rest}") for rest in ("/o-2", "", "?q=c")]

    assert {each.status_code for each in answers} <= {500, 503}
    assert 3 == caplog.text.count("request ")
    for inside in (LIVE, "system-", "OpenSearch", "index"):
        assert [] == [each.text for each in answers if inside in each.text]
    assert name in caplog.text
    assert 200 == http.get("/api/sales").status_code
