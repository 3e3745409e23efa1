"""Who has written reads his write, by its token: of each view, on read models of either kind."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from chalicelib.entrypoints.http import create_app
from chalicelib.entrypoints.local.server import LocalServer
from chalicelib.wiring import use
from chalicelib.wiring.embedded import Embedded

pytestmark = [pytest.mark.requirement("R6"), pytest.mark.requirement("R7")]

WRITES = 4
VIEWS = {
    "one": lambda n: f"/api/orders/o-{n}",
    "list": lambda _: "/api/orders",
    "search": lambda n: f"/api/orders?q=o+{n}+paid",
    "filter": lambda _: "/api/orders?status=paid&limit=200",
    "customer": lambda _: "/api/customers/c/orders",
    "totals": lambda _: "/api/sales?status=paid",
}
"""What is asked for after each payment, which each view shows."""


@pytest.fixture(name="http", params=[0, 60], ids=["present", "kept"])
def _http(request, anew):
    """A client of a running system; what OpenSearch answers is kept for so many seconds."""
    opensearch = replace(anew.opensearch, refresh=150)
    settings = replace(anew, opensearch=opensearch, max_staleness=request.param)
    with (
        Embedded.assemble(settings) as embedded,
        use(embedded.system),
        LocalServer(create_app(), 0) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=20) as http,
    ):
        embedded.pump.start()
        yield http


def paid(http, number):
    """Place and pay an order; return the token of that."""
    name = {"orderId": f"o-{number}"}
    http.post("/api/commands/PlaceOrder", json={**name, "customerId": "c", "totalAmount": 5})
    payment = http.post("/api/commands/PayOrder", json={**name, "paymentId": "p", "amount": 5})
    return payment.json()["consistencyToken"]


def shows(answer, view, number):
    """Tell whether an answer has all payments up to that one."""
    body = answer.json()
    match view:
        case "one":
            return "paid" == body["status"]
        case "totals":
            return [number + 1] == [each["orders"] for each in body["items"]]
        case "search":
            return [f"o-{number}"] == [each["orderId"] for each in body["items"]]
        case _:
            found = [each["orderId"] for each in body["items"] if each["status"] == "paid"]
            return sorted(found) == [f"o-{n}" for n in range(number + 1)]


def test_a_token_waits_for_the_write(http):
    """
    As long as is preferred; what is kept for others is no answer to it, so its age is 0.
    """
    for number in range(WRITES):
        token = paid(http, number)
        for view, target in VIEWS.items():
            headers = {"Nexus-Consistency": token, "Prefer": "wait=9"}
            answer = http.get(target(number), headers=headers)

            assert (200, True) == (answer.status_code, shows(answer, view, number)), view
            assert "0" == answer.headers.get("age", "0")


def test_a_token_that_does_not_wait_is_never_answered_from_before(http, anew):
    """
    Each look either shows the write, or is a 503 that says when to come again.
    """
    early = 0
    for number in range(WRITES):
        token = paid(http, number)
        left = dict(VIEWS)
        while left:
            for view, target in list(left.items()):
                http.get(target(number))  # so that something is kept, if anything may be
                answer = http.get(target(number), headers={"Nexus-Consistency": token})
                if answer.status_code == 503:
                    early += 1
                    assert answer.json()["type"] == "/problems/not-yet-visible"
                    assert "1" == answer.headers["retry-after"]
                else:
                    assert shows(answer, view, number), view
                    del left[view]

    assert early or not anew.opensearch.url  # SQLite may be as quick as the question
