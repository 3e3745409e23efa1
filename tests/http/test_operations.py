"""Operations over HTTP, on a system with a stream that has stopped."""

from dataclasses import replace

import httpx
import pytest

from chalicelib.domain.orders import orders
from chalicelib.domain.orders.projections import order_details
from chalicelib.entrypoints.http import create_app
from chalicelib.entrypoints.local.server import LocalServer
from chalicelib.kernel.commit import Principal
from chalicelib.kernel.errors import Forbidden
from chalicelib.wiring import use
from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.mappings import ROUTING
from tests.support.client import DEVELOPER, Client

pytestmark = [pytest.mark.requirement("T11"), pytest.mark.requirement("R11")]

POISON = "order-details-v2"
STREAM = "default/Order/o-1"
ELSEWHERE = "other/Order/o-1"


@pytest.fixture(name="broken")
def _broken():
    """What the projection can't take: emptied, it can again."""
    return {2}


@pytest.fixture(name="embedded")
def _embedded(settings, broken):
    """A system whose projection of orders fails on some versions; two of its tenants met them."""

    def apply(document, recorded):
        if recorded.version in broken:
            raise ZeroDivisionError("version two")
        return order_details.apply(document, recorded)

    projection = replace(order_details, apply=apply)
    context = replace(orders, projections=(projection,), views=())
    with Embedded.assemble(settings, [context]) as embedded, use(embedded.system):
        for client in (Client(embedded), Client(embedded, replace(DEVELOPER, tenant="other"))):
            client.command("PlaceOrder", {"orderId": "o-1", "customerId": "c", "totalAmount": 5})
            client.command("PayOrder", {"orderId": "o-1", "paymentId": "p", "amount": 5})
            client.settle()
        yield embedded


@pytest.fixture(name="http")
def _http(embedded):
    """A client, who is of the default tenant."""
    with (
        LocalServer(create_app(), 0) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{server.port}") as http,
    ):
        yield http


def test_a_stopped_stream_is_seen(http):
    """
    The projection tells its lag and where it has stopped; the dead letters tell why.
    """
    (projection,) = http.get("/api/operations/projections").json()["items"]
    (letter,) = http.get("/api/operations/dlq").json()["items"]

    assert (POISON, ["Order"], ["core", "secondary"]) == (
        projection["live"],
        projection["sources"],
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


@pytest.fixture(name="settle")
def _settle(embedded):
    """What carries everything on."""
    return Client(embedded).settle


def test_it_can_be_redriven(http, broken):
    """
    In vain as long as the cause is there; then the letter is gone, and so is the mark.
    """
    redrive = f"/api/operations/dlq/{POISON}/redrive"

    assert {"redriven": False} == http.post(redrive, json={"stream": STREAM}).json()
    broken.clear()
    assert {"redriven": True} == http.post(redrive, json={"stream": STREAM}).json()

    assert [] == http.get("/api/operations/dlq").json()["items"]
    assert [] == http.get("/api/operations/projections").json()["items"][0]["parked"]
    health = http.get("/health").json()
    assert (1, 1) == (health["parkedCount"], health["deadLetterCount"])  # the other tenant's
    assert 404 == http.post(redrive, json={"stream": STREAM}).status_code


def test_health_counts_and_names_nobody(http):
    """
    Everybody may ask: it tells how much has stopped, of all tenants, and neither where nor why.
    """
    health = http.get("/health")

    assert (2, 2, 0) == tuple(
        health.json()[f"{each}Count"] for each in ("parked", "deadLetter", "damaged")
    )
    assert {("name", "lag", "failures")} == {tuple(each) for each in health.json()["consumers"]}
    for named in ("Order", "o-1", "ZeroDivisionError", "version two"):
        assert named not in health.text


def test_the_last_error_of_a_consumer_is_told(http, embedded):
    """
    The router's too, which fills no read model.
    """
    wrong = [each["name"] for each in http.get("/api/operations/consumers").json()["items"]]
    assert [each.name for each in embedded.pump.status()] == wrong

    (embedded.settings.data / "derived.db").unlink()
    Client(embedded).command("PlaceOrder", {"orderId": "o-9", "customerId": "c", "totalAmount": 5})
    embedded.pump.step()

    router = http.get("/api/operations/consumers").json()["items"][0]
    assert (ROUTING, 1) == (router["name"], router["failures"])
    assert "derived.db was moved, deleted or replaced" in router["error"]


def test_other_tenants_are_out_of_sight(http, embedded, broken):
    """
    Their stopped streams aren't listed, and to redrive one is as if it had not stopped.
    """
    broken.clear()
    redrive = f"/api/operations/dlq/{POISON}/redrive"
    letters = embedded.system.operations.letters

    refused = http.post(redrive, json={"stream": ELSEWHERE})

    unknown = http.post(redrive, json={"stream": ELSEWHERE.replace("o-1", "o-2")})
    assert [404, 404] == [refused.status_code, unknown.status_code]
    assert unknown.json()["detail"].replace("o-2", "o-1") == refused.json()["detail"]
    (letter,) = http.get("/api/operations/dlq").json()["items"]
    (projection,) = http.get("/api/operations/projections").json()["items"]
    assert [STREAM, STREAM] == [letter["stream"], projection["parked"][0]["stream"]]
    assert 1 == len(projection["parked"])
    assert [STREAM, ELSEWHERE] == [str(each.commit.stream) for each in letters.all()]


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


REBUILD = "/api/operations/projections/order-details/rebuild"


def test_a_rebuild_is_begun_and_looked_at(http, settle, broken):
    """
    It is begun once, however often that is asked for; then another index answers.
    """
    first = http.get(REBUILD)
    begun = http.post(REBUILD)
    again = http.post(REBUILD, json={})
    running = http.get(REBUILD)
    broken.clear()
    settle()
    done = http.get(REBUILD).json()
    (projection,) = http.get("/api/operations/projections").json()["items"]

    assert [200, 202, 202, 200] == [each.status_code for each in (first, begun, again, running)]
    assert (POISON, "done", 0, 0) == tuple(
        first.json()[each] for each in ("index", "state", "handled", "total")
    )
    assert begun.json() == again.json() == running.json()
    assert (f"{POISON}-r2", "running", 0, 4) == tuple(
        begun.json()[each] for each in ("index", "state", "handled", "total")
    )
    assert ("done", 4, None) == (done["state"], done["handled"], done["error"])
    assert begun.json()["startedAt"] == done["startedAt"] < done["finishedAt"]
    assert 0 == http.get("/health").json()["parkedCount"]
    assert (f"{POISON}-r2", None, POISON) == tuple(
        projection[each] for each in ("live", "next", "previous")
    )


def test_a_rebuild_that_has_failed_says_why(http, settle, broken):
    """
    With the stream that would have gone back.
    """
    broken.add(1)

    http.post(REBUILD)
    settle()

    failed = http.get(REBUILD).json()
    assert "failed" == failed["state"]
    assert f"the first is {STREAM}, which stops behind version 0" in failed["error"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_there_is_not_can_not_be_rebuilt(http, method):
    """
    A projection that no context has is not found.
    """
    answer = http.request(method, "/api/operations/projections/no-such/rebuild")

    assert (404, "there is no projection no-such") == (
        answer.status_code,
        answer.json()["detail"],
    )


def test_a_post_needs_no_body_where_there_is_nothing_to_say(http):
    """
    As curl sends it with -X POST: without a length.
    """
    sent = http.build_request("POST", REBUILD)
    del sent.headers["content-length"]

    assert 202 == http.send(sent).status_code


ROUTE = "/api/operations/projections/order-details"


def state(http):
    """Which index answers, which is to come, and which was before."""
    (projection,) = http.get("/api/operations/projections").json()["items"]
    return tuple(projection[each] for each in ("live", "next", "previous"))


def test_an_index_that_differs_is_held(http, settle, embedded, broken):
    """
    Until an operator decides: it is given up, or answers, and so does the one before again.
    """
    broken.clear()
    third = f"{POISON}-r3"
    with embedded.folder.read_models.write() as connection:
        connection.execute("DELETE FROM documents WHERE index_name = ?", (POISON,))
    http.post(REBUILD)
    settle()
    http.post(f"{ROUTE}/discard")
    given_up = (state(http), http.get(REBUILD).json()["state"])
    http.post(REBUILD)
    settle()
    held = http.get(REBUILD).json()
    standing = state(http)
    parity = http.get(f"{ROUTE}/parity").json()

    assert ("held", (POISON, third, None)) == (held["state"], standing)
    assert "0 documents are now 2; 2 of 2 compared differ" in held["error"]
    assert (False, 0, 2, 2) == tuple(
        parity[each] for each in ("equal", "documents", "others", "differ")
    )
    assert ((POISON, None, None), "discarded") == given_up
    assert 404 == http.get("/api/orders/o-1").status_code
    assert (third, None, POISON) == decided(http, "switch")
    assert 200 == http.get("/api/orders/o-1").status_code
    assert (POISON, None, third) == decided(http, "roll-back")
    assert 404 == http.get("/api/orders/o-1").status_code
    assert (third, None, POISON) == decided(http, "roll-back")
    assert (third, None, None) == decided(http, "retire")


def decided(http, action):
    """What an action answers, which is what then stands."""
    answer = http.post(f"{ROUTE}/{action}")
    assert 200 == answer.status_code
    found = tuple(answer.json()[each] for each in ("live", "next", "previous"))
    assert found == state(http)
    return found


@pytest.mark.parametrize("action", ["switch", "roll-back", "retire", "discard"])
def test_where_there_is_nothing_to_decide(http, action):
    """
    It is refused, and nothing changes.
    """
    before = state(http)

    answer = http.post(f"{ROUTE}/{action}")

    assert (422, before) == (answer.status_code, state(http))
    assert "order-details" in answer.json()["detail"]


@pytest.mark.parametrize("action", ["explode", "SWITCH"])
def test_what_can_not_be_done(http, action):
    """
    Is not found.
    """
    assert 404 == http.post(f"{ROUTE}/{action}").status_code


def test_one_index_is_compared_with_none(http):
    """
    That is refused.
    """
    assert 422 == http.get(f"{ROUTE}/parity").status_code


SHIPMENT = {"orderId": "o-1", "carrier": "DHL", "trackingNumber": "t-1"}
DENIALS = "/api/operations/decisions"


@pytest.fixture(name="denied")
def _denied(embedded):
    """Three commands that a clerk was denied, in this order; and one of another tenant's."""
    clerk = Principal("user", "u-1", "default", ("orders.clerk",))
    for who, order in ((clerk, "1"), (clerk, "2"), (replace(clerk, tenant="other"), "x"),
                       (clerk, "3")):  # fmt: skip
        with pytest.raises(Forbidden):
            Client(embedded, who).command("ShipOrder", {**SHIPMENT, "orderId": order})
    return embedded.ports.policies.digest


def test_denials_tell_who_was_refused_what_and_why(http, denied):
    """
    By which rule and which bundle; of what was said, only the names of its fields.
    """
    denial = http.get(DENIALS).json()["items"][0]

    assert ("orders.ShipOrder", "default/Order/3", denied) == (
        denial["type"],
        denial["stream"],
        denial["policies"],
    )
    principal = {"kind": "user", "id": "u-1", "tenant": "default", "roles": ["orders.clerk"]}
    assert principal == denial["principal"]
    assert ["nexus.commands.roles"] == [each["rule"] for each in denial["reasons"]]
    assert "may not issue orders.ShipOrder" in denial["reasons"][0]["message"]
    assert [*SHIPMENT, "furtherParcels"] == denial["input"]["fields"]
    assert "DHL" not in str(denial)


@pytest.mark.usefixtures("denied")
def test_denials_are_paged_from_the_newest_on(http):
    """
    Each comes once, and none of another tenant's; the last page has no next.
    """
    pages = [http.get(DENIALS, params={"limit": 2}).json()]
    while pages[-1]["next"]:
        params = {"limit": 2, "cursor": pages[-1]["next"]}
        pages.append(http.get(DENIALS, params=params).json())

    found = [[each["stream"] for each in page["items"]] for page in pages]
    assert [["default/Order/3", "default/Order/2"], ["default/Order/1"]] == found


@pytest.mark.parametrize("query", ["cursor=7", "limit=0", "tenant=other", "limit=1&limit=2"])
def test_denials_take_nothing_else(http, query):
    """
    A cursor that is none, an impossible limit, and what is not known, as whose they are.
    """
    assert 400 == http.get(f"{DENIALS}?{query}").status_code
