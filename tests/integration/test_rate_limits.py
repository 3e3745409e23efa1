"""The rate of questions about the past, over HTTP: each caller has a limit of its own."""

from dataclasses import replace

import httpx
import pytest

from chalicelib.adapters.embedded.rate_limits import MemoryRateLimits
from chalicelib.entrypoints.http import create_app
from chalicelib.entrypoints.local.server import LocalServer
from chalicelib.kernel.commit import Principal
from chalicelib.services.identity import SCOPE, TEMPORAL
from chalicelib.wiring import use
from chalicelib.wiring.embedded import Embedded
from tests.support.client import Client
from tests.support.clock import ManualClock

pytestmark = [pytest.mark.requirement("T2"), pytest.mark.requirement("R12")]

PATH = "/api/streams/Order/o-1"


class Named:
    """An Identity that believes what a header says, and lets everybody see the past."""

    def principal(self, headers):
        kind, name, tenant = headers["x-caller"].split()
        return Principal(kind, name, tenant, (f"{SCOPE}{TEMPORAL}",))


@pytest.fixture(name="clock")
def _clock():
    return ManualClock()


@pytest.fixture(name="http")
def _http(settings, clock):
    """Two questions per second, four at once."""
    with (
        Embedded.assemble(
            replace(settings, temporal_rate=2),
            adapt=lambda ports: replace(
                ports, identity=Named(), rate_limits=MemoryRateLimits(clock.now)
            ),
        ) as embedded,
        use(embedded.system),
        LocalServer(create_app(), port=0) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as http,
    ):
        Client(embedded).command(
            "PlaceOrder", {"orderId": "o-1", "customerId": "c-1", "totalAmount": 5}
        )
        yield http


def ask(http, caller="user u-1 default"):
    return http.get(PATH, headers={"X-Caller": caller})


def statuses(http, times, caller="user u-1 default"):
    return [ask(http, caller).status_code for _ in range(times)]


def test_who_asks_too_often_is_told_when_to_come_back(http, clock):
    """429, with Retry-After in whole seconds; after them, there is an answer."""
    assert [200] * 4 == statuses(http, 4)

    refused = ask(http)

    assert (429, "1") == (refused.status_code, refused.headers["retry-after"])
    assert "/problems/too-many-requests" == refused.json()["type"]
    clock.sleep(1)
    assert [200, 200, 429] == statuses(http, 3)


@pytest.mark.parametrize("other", ["user u-2 default", "user u-1 other", "service u-1 default"])
def test_others_are_not_held_up(http, other):
    """Each principal of each tenant has its own limit."""
    statuses(http, 9)

    assert 429 not in statuses(http, 4, other)
    assert 429 == ask(http).status_code


def test_questions_about_the_present_are_free(http):
    """And so are commands."""
    statuses(http, 9)

    answer = http.get("/api/orders/o-1", headers={"X-Caller": "user u-1 default"})

    assert 429 != answer.status_code
