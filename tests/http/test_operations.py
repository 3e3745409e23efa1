"""Operations over HTTP, on a system with a stream that has stopped."""

from dataclasses import replace

import httpx
import pytest

from chalicelib.domain.orders import orders
from chalicelib.domain.orders.projections import order_details
from chalicelib.entrypoints.http import create_app
from chalicelib.entrypoints.local.server import LocalServer
from chalicelib.wiring import use
from chalicelib.wiring.embedded import Embedded
from tests.support.client import Client

pytestmark = [pytest.mark.requirement("T11"), pytest.mark.requirement("R11")]

POISON = "order-details-v1"
STREAM = "default/Order/o-1"


@pytest.fixture(name="broken")
def _broken():
    """What the projection can't take: emptied, it can again."""
    return {2}


@pytest.fixture(name="http")
def _http(settings, broken):
    """A client of a system whose projection of orders fails on some versions."""

    def apply(document, recorded):
        if recorded.version in broken:
            raise ZeroDivisionError("version two")
        return order_details.apply(document, recorded)

    projection = replace(order_details, apply=apply)
    context = replace(orders, projections=(projection,), views=())
    with (
        Embedded.assemble(settings, [context]) as embedded,
        use(embedded.system),
        LocalServer(create_app(), 0) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{server.port}") as http,
    ):
        client = Client(embedded)
        client.command("PlaceOrder", {"orderId": "o-1", "customerId": "c", "totalAmount": 5})
        client.command("PayOrder", {"orderId": "o-1", "paymentId": "p", "amount": 5})
        client.settle()
        yield http


def test_a_stopped_stream_is_seen(http):
    """
    The projection tells its lag and where it has stopped; the dead letters tell why.
    """
    (projection,) = http.get("/api/operations/projections").json()["items"]
    (letter,) = http.get("/api/operations/dlq").json()["items"]

    assert 1 == http.get("/health").json()["deadLetterCount"]
    assert (POISON, "Order", ["core", "secondary"]) == (
        projection["index"],
        projection["source"],
        projection["paths"],
    )
    assert [0, 0, 0] == [consumer["lag"] for consumer in projection["consumers"]]
    assert [(STREAM, 1)] == [(each["stream"], each["behind"]) for each in projection["parked"]]
    assert (POISON, STREAM, 2, "ZeroDivisionError: version two", 3) == (
        letter["consumer"],
        letter["stream"],
        letter["version"],
        letter["reason"],
        letter["attempts"],
    )


def test_it_can_be_redriven(http, broken):
    """
    In vain as long as the cause is there; then the letter is gone, and so is the mark.
    """
    redrive = f"/api/operations/dlq/{POISON}/redrive"

    assert {"redriven": False} == http.post(redrive, json={"stream": STREAM}).json()
    broken.clear()
    assert {"redriven": True} == http.post(redrive, json={"stream": STREAM}).json()

    assert [] == http.get("/api/operations/dlq").json()["items"]
    health = http.get("/health").json()
    assert (0, 0) == (health["parkedCount"], health["deadLetterCount"])
    assert 404 == http.post(redrive, json={"stream": STREAM}).status_code


@pytest.mark.parametrize(
    ("consumer", "body", "status"),
    [
        ("no-such", {"stream": STREAM}, 404),
        (POISON, {"stream": "default/Order/o-2"}, 404),
        (POISON, {"stream": "nonsense"}, 400),
        (POISON, {"stream": STREAM, "more": 1}, 400),
        (POISON, [], 400),
    ],
)
def test_what_has_not_stopped_can_not_be_redriven(http, consumer, body, status):
    """
    A consumer or a stream without a dead letter is not found; another body is refused.
    """
    assert status == http.post(f"/api/operations/dlq/{consumer}/redrive", json=body).status_code
