"""What queries say to caches, over HTTP: tags, ages, bounds, and answers without a body."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from chalicelib.entrypoints.http import create_app
from chalicelib.entrypoints.local.server import LocalServer
from chalicelib.wiring import use
from chalicelib.wiring.embedded import Embedded
from tests.support.client import Client

pytestmark = [pytest.mark.requirement("R6"), pytest.mark.requirement("T8")]

QUERIES = ["/api/orders/o-1", "/api/orders", "/api/customers/c/orders", "/api/sales"]
PAGES = QUERIES[1:]


class Untold:
    """Read models that can't tell their revision."""

    def __init__(self, read_models):
        self._read_models = read_models

    def __getattr__(self, name):
        return getattr(self._read_models, name)

    def revision(self, index, tenant):
        return None


def pay(client):
    client.command("PayOrder", {"orderId": "o-1", "paymentId": "p", "amount": 5})
    client.settle()


def serving(settings, adapt):
    """Yield a client of the system, and one of its server, with one order placed."""
    with (
        Embedded.assemble(settings, adapt=adapt) as embedded,
        use(embedded.system),
        LocalServer(create_app(), 0) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{server.port}") as http,
    ):
        client = Client(embedded)
        client.command("PlaceOrder", {"orderId": "o-1", "customerId": "c", "totalAmount": 5})
        client.settle()
        yield client, http


@pytest.fixture(name="served")
def _served(settings):
    yield from serving(settings, lambda ports: ports)


@pytest.fixture(name="stale")
def _stale(settings):
    """Of a system whose read models can't tell their revision, and may be a minute old."""
    yield from serving(
        replace(settings, max_staleness=60),
        lambda ports: replace(ports, read_models=Untold(ports.read_models)),
    )


@pytest.mark.parametrize("target", QUERIES)
def test_who_has_an_answer_gets_none_till_it_changes(served, target):
    """
    304 with the headers of the answer and no body; another tag once there is something new.
    """
    client, http = served
    first = http.get(target)
    tag = first.headers["etag"]

    for known in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        same = http.get(target, headers={"If-None-Match": known})
        assert (304, b"") == (same.status_code, same.content)
        assert tag == same.headers["etag"]
        assert first.headers["vary"] == same.headers["vary"]
        assert first.headers["cache-control"] == same.headers["cache-control"]
    pay(client)

    changed = http.get(target, headers={"If-None-Match": tag})
    assert 200 == changed.status_code
    assert tag != changed.headers["etag"]
    assert "paid" in changed.text


@pytest.mark.parametrize("target", QUERIES)
def test_what_may_be_kept_is_said(served, target):
    """
    By the caller alone, for whom it was made, and by asking again each time.
    """
    _, http = served
    headers = http.get(target).headers

    assert "private, no-cache" == headers["cache-control"]
    assert "Authorization, Nexus-Consistency" == headers["vary"]
    assert headers["etag"].startswith("W/") == (target in PAGES)


@pytest.mark.parametrize("target", PAGES)
def test_an_answer_of_the_same_revision_is_true_now(served, target):
    """
    It was kept, its age is 0, and ``asOf`` goes on; what it shows is the same.
    """
    _, http = served
    first, second = http.get(target), http.get(target)

    assert ["nexus; fwd=miss", "nexus; hit"] == [
        each.headers["cache-status"] for each in (first, second)
    ]
    assert "0" == second.headers["age"]
    assert first.json()["items"] == second.json()["items"]
    assert first.json()["asOf"] < second.json()["asOf"]
    assert first.headers["etag"] == second.headers["etag"]


@pytest.mark.parametrize("wish", ["no-cache", "max-age=0", "foo, No-Cache ,bar", "no-store"])
def test_a_caller_can_ask_past_what_is_kept(served, wish):
    """
    As a browser does that is told to reload.
    """
    _, http = served
    http.get("/api/sales")

    anew = http.get("/api/sales", headers={"Cache-Control": wish})
    again = http.get("/api/sales", headers={"Cache-Control": "max-age=600"})

    assert "nexus; fwd=miss" == anew.headers["cache-status"]
    assert "nexus; hit" == again.headers["cache-status"]


@pytest.mark.parametrize("target", PAGES)
def test_staleness_is_bounded_and_declared(stale, target):
    """
    ``max-age`` is the bound, ``Age`` how old it is, ``asOf`` of when it is; a token goes past it.
    """
    client, http = stale
    first = http.get(target)
    placed = {"orderId": "o-2", "customerId": "c", "totalAmount": 7}
    token = client.command("PlaceOrder", placed).consistency_token
    client.settle()

    kept = http.get(target)
    own = http.get(target, headers={"Nexus-Consistency": token})

    assert ["private, max-age=60"] * 3 == [e.headers["cache-control"] for e in (first, kept, own)]
    assert ["0", "0"] == [each.headers["age"] for each in (first, own)]
    assert 1 <= int(kept.headers["age"]) <= 60
    assert first.json() == kept.json()
    assert first.json()["items"] != own.json()["items"]
    assert "nexus; fwd=miss" == own.headers["cache-status"]


def test_operations_tell_how_far_each_index_has_come(served):
    """
    Position and lag, by consumer.
    """
    client, http = served
    client.command("PlaceOrder", {"orderId": "o-2", "customerId": "c", "totalAmount": 5})

    consumers = http.get("/api/operations/consumers").json()["items"]
    router = consumers[0]
    assert (1, 1) == (router["position"], router["lag"])
    client.settle()

    found = http.get("/api/operations/projections").json()["items"]
    told = {each["name"]: each for model in found for each in model["consumers"]}
    assert {0} == {each["lag"] for each in told.values()}
    core = [name for name in told if name.endswith(".core")]
    assert len(found) == len({name.partition(".")[0] for name in core})
    assert all(told[name]["position"] > 1 for name in core)
