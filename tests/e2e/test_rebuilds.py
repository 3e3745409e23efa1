"""A rebuild of the real thing, killed in the midst of it while commands come in."""

import signal
import threading
import time
from contextlib import closing

import httpx
import pytest

from chalicelib.adapters.embedded.folder import ReadOnlyFolder
from chalicelib.adapters.embedded.lineups import SqliteLineups
from chalicelib.services.lineups import State
from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.settings import Settings
from tests.support.client import Client
from tests.support.server import Server

pytestmark = [pytest.mark.requirement("R5"), pytest.mark.requirement("T11")]

INDEX = "order-details-v2"
SWITCH = "/api/operations/projections/order-details/switch"
REBUILD = "/api/operations/projections/order-details/rebuild"
ORDERS = 400
KILLS = 3


@pytest.fixture(name="data")
def _data(tmp_path):
    """A folder with orders whose read model has lost half of its documents."""
    with Embedded.assemble(Settings(data=tmp_path / "data")) as embedded:
        client = Client(embedded)
        for number in range(ORDERS):
            order = {"orderId": f"o-{number}"}
            client.command("PlaceOrder", {**order, "customerId": "c", "totalAmount": 1})
            client.command("PayOrder", {**order, "paymentId": "p", "amount": 1})
        client.settle()
        lost = "DELETE FROM documents WHERE index_name = ? AND id > 'o-2'"
        with embedded.folder.read_models.write() as connection:
            connection.execute(lost, (INDEX,))
    return tmp_path / "data"


def last(data):
    """What is stored of the last rebuild."""
    with closing(ReadOnlyFolder(data)) as folder:
        return SqliteLineups(folder.lineups).get("order-details").rebuild


def write(server, number, accepted):
    """Place orders until the server is gone; remember those that were accepted."""
    with httpx.Client(base_url=server.http.base_url, timeout=20) as http:
        try:
            for count in range(10_000):
                order = {"orderId": f"new-{number}-{count}", "customerId": "c", "totalAmount": 1}
                http.post("/api/commands/PlaceOrder", json=order).raise_for_status()
                accepted.append(order["orderId"])
        except httpx.TransportError:
            return


def test_killed_again_and_again(data):
    """
    It goes on where it was, and at its end shows every order, those written meanwhile as well.
    """
    accepted: list[str] = []
    interrupted = []
    for number in range(KILLS):
        with Server(data) as server:
            writer = threading.Thread(target=write, args=(server, number, accepted))
            writer.start()
            while not any(order.startswith(f"new-{number}-") for order in accepted):
                assert writer.is_alive()
                time.sleep(0.01)
            begun = server.http.post(REBUILD).json()
            while server.query(REBUILD).json()["handled"] <= begun["handled"]:
                pass
            server.stop(signal.SIGKILL)
            writer.join()
        stopped = last(data)
        if stopped.state is State.RUNNING:  # it may have been faster than the kill
            assert begun["handled"] < stopped.handled < stopped.total
            interrupted.append(stopped.handled)

    with Server(data) as server:
        deadline = time.monotonic() + 60
        while server.query(REBUILD).json()["state"] == "running":
            assert time.monotonic() < deadline, "the rebuild does not end"
        while any(each["lag"] for each in server.query("/health").json()["consumers"]):
            assert time.monotonic() < deadline, "the read models do not catch up"
        assert "held" == server.query(REBUILD).json()["state"]  # it shows what was lost
        server.http.post(SWITCH).raise_for_status()
        assert "done" == server.query(REBUILD).json()["state"]
        for number in range(ORDERS):
            assert "paid" == server.query(f"/api/orders/o-{number}").json()["status"]
        assert {200} == {server.query(f"/api/orders/{each}").status_code for each in accepted}
        assert 0 == server.query("/health").json()["parkedCount"]
    assert interrupted
