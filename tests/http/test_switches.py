"""What clients have kept, and what the server keeps, when another index answers: over HTTP."""

from __future__ import annotations

import time
from contextlib import contextmanager
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
from tests.support.opensearch_indexes import settings_on

pytestmark = [pytest.mark.requirement("R6"), pytest.mark.requirement("T8")]

ROUTE = "/api/operations/projections/order-details"
ONE, LIST = "/api/orders/o-1", "/api/orders"


class Said:
    """How orders are shown from now on; a rebuild shows all of them so."""

    def __init__(self):
        self.note = None

    def apply(self, document, recorded):
        """Fold as ever, and note something in addition."""
        after = order_details.apply(document, recorded)
        assert after is not None
        return replace(after, cancellation_reason=self.note)


@contextmanager
def serving(settings):
    """Give a system with two orders, a client of its server, and how orders are shown."""
    said = Said()
    changed = replace(order_details, apply=said.apply)
    others = [each for each in orders.projections if each is not order_details]
    context = replace(orders, projections=(changed, *others))
    with (
        Embedded.assemble(settings, [context]) as embedded,
        use(embedded.system),
        LocalServer(create_app(), 0) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{server.port}") as http,
    ):
        client = Client(embedded)
        for number in (1, 2):
            order = {"orderId": f"o-{number}", "customerId": "c", "totalAmount": 5}
            client.command("PlaceOrder", order)
        client.settle()
        yield client, http, said


@pytest.fixture(name="served")
def _served(anew):
    with serving(anew) as found:
        yield found


@pytest.fixture(name="bound")
def _bound():
    """Seconds."""
    return 60


@pytest.fixture(name="stale")
def _stale(opensearch, settings, bound):
    """With OpenSearch, which tells no revision; answers may be as old as that."""
    with (
        settings_on(opensearch, settings) as found,
        serving(replace(found, max_staleness=bound)) as it,
    ):
        yield it


def rebuilt(served, note=None):
    """Fill another index, which shows a note, and have it answer."""
    client, http, said = served
    before = live(http)
    said.note = note
    http.post(f"{ROUTE}/rebuild")
    client.settle()
    if note:
        assert "held" == http.get(f"{ROUTE}/rebuild").json()["state"]
        assert 200 == http.post(f"{ROUTE}/switch").status_code
    assert before != live(http)


def live(http, name="order-details"):
    """Which index answers."""
    items = http.get("/api/operations/projections").json()["items"]
    return next(each["live"] for each in items if each["name"] == name)


def asked(http, target, tag):
    """The answer to whoever has what a tag names."""
    return http.get(target, headers={"If-None-Match": tag})


@pytest.mark.parametrize("target", [ONE, LIST])
def test_a_tag_stands_for_what_was_shown(served, target):
    """
    The same version, shown otherwise, has another tag; so after a roll-back the first holds again.
    """
    _, http, _ = served
    tag = http.get(target).headers["etag"]
    assert 304 == asked(http, target, tag).status_code

    rebuilt(served, note="shown anew")
    other = asked(http, target, tag)

    assert 200 == other.status_code
    assert "shown anew" in other.text
    assert 304 == asked(http, target, other.headers["etag"]).status_code
    assert 200 == http.post(f"{ROUTE}/roll-back").status_code
    assert 304 == asked(http, target, tag).status_code
    again = asked(http, target, other.headers["etag"])
    assert (200, False) == (again.status_code, "shown anew" in again.text)


@pytest.mark.parametrize("target", [ONE, LIST])
def test_a_tag_holds_where_another_index_shows_the_same(served, target):
    """
    Who has it need not get it again.
    """
    _, http, _ = served
    tag = http.get(target).headers["etag"]

    rebuilt(served)

    assert 304 == asked(http, target, tag).status_code


def test_a_page_that_is_not_the_last_is_got_anew(served):
    """
    Its cursor is part of it, and one of the index before leads nowhere now: it is a 400.
    """
    _, http, _ = served
    page = http.get(LIST, params={"limit": 1})
    rebuilt(served)

    anew = asked(http, f"{LIST}?limit=1", page.headers["etag"])
    behind = http.get(LIST, params={"limit": 1, "cursor": page.json()["next"]})

    assert 200 == anew.status_code
    assert page.json()["items"] == anew.json()["items"]
    assert page.json()["next"] != anew.json()["next"]
    assert (400, ["cursor"]) == (
        behind.status_code,
        [each["pointer"] for each in behind.json()["errors"]],
    )
    last = http.get(LIST, params={"limit": 1, "cursor": anew.json()["next"]}).json()
    assert (["o-1"], None) == ([each["orderId"] for each in last["items"]], last["next"])


def test_a_command_takes_the_tag_of_either_index(served):
    """
    And the version alone: it is the stream's, whatever is shown of it.
    """
    _, http, _ = served
    tags = [http.get(ONE).headers["etag"]]
    rebuilt(served, note="shown anew")
    tags += [http.get(ONE).headers["etag"], '"1"']
    payment = {"orderId": "o-1", "paymentId": "p", "amount": 5}

    def paid(tag, key):
        headers = {"If-Match": tag, "Idempotency-Key": key}
        return http.post("/api/commands/PayOrder", json=payment, headers=headers)

    assert 412 == paid(tags[0].replace('"1.', '"2.'), "k").status_code
    assert [201, 201, 201] == [paid(tag, "same").status_code for tag in tags]
    assert [412, 412, 412] == [paid(tag, f"{n}").status_code for n, tag in enumerate(tags)]


@pytest.mark.parametrize(
    ("target", "name"),
    [
        (LIST, "order-details"),
        (f"{LIST}?q=c", "order-details"),
        ("/api/customers/c/orders", "customer-orders"),
        ("/api/sales", "sales"),
    ],
)
def test_what_was_kept_of_another_index_is_not_given(stale, target, name):
    """
    However long it might have been kept: a switch shows at once, to all.
    """
    client, http, said = stale
    before = live(http, name)
    http.get(target)
    kept = http.get(target)

    said.note = "shown anew"
    http.post(f"/api/operations/projections/{name}/rebuild")
    client.settle()
    http.post(f"/api/operations/projections/{name}/switch")
    anew = http.get(target)

    assert before != live(http, name)
    assert ["nexus; hit", "nexus; fwd=miss"] == [e.headers["cache-status"] for e in (kept, anew)]
    assert ["1", "0"] == [each.headers["age"] for each in (kept, anew)]
    assert (name == "order-details") == ("shown anew" in anew.text)


def test_what_was_kept_before_a_roll_back_is_within_the_bound(stale):
    """
    It may be given again, as it might have been without a switch; its age goes on.
    """
    client, http, _ = stale
    first = http.get(LIST)
    rebuilt(stale, note="shown anew")
    token = client.command(
        "PlaceOrder", {"orderId": "o-3", "customerId": "c", "totalAmount": 5}
    ).consistency_token
    client.settle()
    time.sleep(1.1)
    http.post(f"{ROUTE}/roll-back")

    kept = http.get(LIST)
    own = http.get(LIST, headers={"Nexus-Consistency": token})

    assert (first.json(), "nexus; hit") == (kept.json(), kept.headers["cache-status"])
    assert 2 <= int(kept.headers["age"]) <= 60
    assert ["o-3", "o-2", "o-1"] == [each["orderId"] for each in own.json()["items"]]
    assert http.get(LIST).json()["items"] == own.json()["items"]


@pytest.mark.parametrize("bound", [1])
def test_nothing_is_given_beyond_the_bound(stale, bound):
    """
    A write that nobody has asked for with its token shows after that many seconds.
    """
    client, http, _ = stale
    began = time.monotonic()
    first = http.get(LIST)
    client.command("PlaceOrder", {"orderId": "o-3", "customerId": "c", "totalAmount": 5})
    client.settle()
    kept = http.get(LIST)
    in_time = time.monotonic() - began < bound
    time.sleep(bound)
    late = http.get(LIST)

    assert {"private, max-age=1"} == {e.headers["cache-control"] for e in (first, kept, late)}
    assert not in_time or first.json() == kept.json()
    assert ("nexus; fwd=miss", "0") == (late.headers["cache-status"], late.headers["age"])
    assert ["o-3", "o-2", "o-1"] == [each["orderId"] for each in late.json()["items"]]
