"""The main job as a user has it: a process of its own, over HTTP, on a folder that stays."""

import threading
from decimal import Decimal

import pytest

from tests.support.server import Server, exact

pytestmark = [
    pytest.mark.requirement("T16"),
    pytest.mark.requirement("T5"),
    pytest.mark.requirement("R2"),
]

ORDER = {"orderId": "test-1", "customerId": "cust-1", "totalAmount": 99.99}
PAYMENT = {"orderId": "test-1", "paymentId": "pay-1", "amount": 99.99}
SHIPMENT = {"orderId": "test-1", "carrier": "DHL", "trackingNumber": "track-1"}


@pytest.fixture(name="server")
def _server(tmp_path):
    with Server(tmp_path / "data") as server:
        yield server


class TestMainJob:
    def test_place_pay_ship_deliver_and_read_back(self, server):
        """
        An order goes its whole way, and each view shows it with the last command's token.
        """
        placed = server.command("PlaceOrder", ORDER)
        assert (201, '"1"') == (placed.status_code, placed.headers["etag"])
        body = placed.json()
        assert {"commandId", "stream", "version", "events", "consistencyToken"} == body.keys()
        assert ("default/Order/test-1", 1) == (body["stream"], body["version"])
        assert [{"id": "default/Order/test-1@1", "type": "orders.OrderPlaced"}] == body["events"]
        assert body["consistencyToken"] == placed.headers["nexus-consistency"]

        assert 201 == server.command("PayOrder", PAYMENT).status_code
        assert 201 == server.command("ShipOrder", SHIPMENT).status_code
        token = server.command("DeliverOrder", {"orderId": "test-1"}).json()["consistencyToken"]

        order = server.query("/api/orders/test-1", token)
        assert (200, '"5') == (order.status_code, order.headers["etag"].partition(".")[0])
        assert ("delivered", Decimal("99.99")) == (
            exact(order)["status"],
            exact(order)["totalAmount"],
        )
        listed = server.query("/api/customers/cust-1/orders", token).json()
        assert ["test-1"] == [item["orderId"] for item in listed["items"]]
        assert listed["next"] is None
        (row,) = exact(server.query("/api/sales", token))["items"]
        assert ("delivered", 1, Decimal("99.99")) == (
            row["status"],
            row["orders"],
            row["totalAmount"],
        )

    def test_the_stream_shows_its_events(self, server):
        """
        A stream is served event by event, in pages.
        """
        server.command("PlaceOrder", ORDER)
        server.command("PayOrder", PAYMENT)

        first = server.query("/api/streams/Order/test-1?limit=1").json()
        rest = server.query(f"/api/streams/Order/test-1?cursor={first['next']}").json()

        assert ("default/Order/test-1", 2) == (first["stream"], first["version"])
        assert ["orders.OrderPlaced"] == [event["type"] for event in first["events"]]
        assert ["orders.OrderPaid"] == [event["type"] for event in rest["events"]]
        paid = {"orderId": "test-1", "paymentId": "pay-1", "amount": 99.99, "method": None}
        assert (2, paid) == tuple(rest["events"][0][each] for each in ("schemaVersion", "data"))
        assert rest["next"] is None


class TestRefusals:
    def test_cancel_is_refused_after_shipping(self, server):
        """
        A business rule answers 422 with its reason, as a problem document.
        """
        for name, data in (("PlaceOrder", ORDER), ("PayOrder", PAYMENT), ("ShipOrder", SHIPMENT)):
            server.command(name, data)

        refused = server.command("CancelOrder", {"orderId": "test-1"})

        assert (422, "application/problem+json") == (
            refused.status_code,
            refused.headers["content-type"],
        )
        assert ("/problems/rejected", "already-shipped") == (
            refused.json()["type"],
            refused.json()["reason"],
        )

    def test_the_same_order_twice_shows_the_first(self, server):
        """
        A second PlaceOrder of an id is 409, with the order as it is.
        """
        server.command("PlaceOrder", ORDER)

        refused = server.command("PlaceOrder", {**ORDER, "customerId": "other"})

        assert 409 == refused.status_code
        assert "cust-1" == refused.json()["state"]["customerId"]

    def test_a_stale_if_match_is_refused(self, server):
        """
        A command for another version is 412; for the present one it goes through.
        """
        server.command("PlaceOrder", ORDER)

        assert 412 == server.command("PayOrder", PAYMENT, If_Match='"7"').status_code
        assert 201 == server.command("PayOrder", PAYMENT, If_Match='"1"').status_code

    def test_bad_input_names_the_field(self, server):
        """
        A third decimal place is refused with a pointer to it, and nothing is stored.
        """
        refused = server.command("PlaceOrder", {**ORDER, "totalAmount": 99.999})

        assert (400, "/totalAmount") == (
            refused.status_code,
            refused.json()["errors"][0]["pointer"],
        )
        assert 404 == server.query("/api/streams/Order/test-1").status_code


class TestIdempotency:
    def test_a_repeat_is_answered_as_the_first(self, server):
        """
        The same key again: the same answer, marked, and one event only.
        """
        first = server.command("PlaceOrder", ORDER, Idempotency_Key="k-1")
        again = server.command("PlaceOrder", ORDER, Idempotency_Key="k-1")

        assert (201, first.json()) == (again.status_code, again.json())
        assert ("true", None) == (
            again.headers.get("nexus-replayed"),
            first.headers.get("nexus-replayed"),
        )
        assert 1 == server.query("/api/streams/Order/test-1").json()["version"]

    def test_a_key_with_other_input_is_refused(self, server):
        """
        The same key for something else is 422.
        """
        server.command("PlaceOrder", ORDER, Idempotency_Key="k-1")

        refused = server.command("PlaceOrder", {**ORDER, "totalAmount": 1}, Idempotency_Key="k-1")

        assert (422, "/problems/idempotency-key-reused") == (
            refused.status_code,
            refused.json()["type"],
        )

    def test_eight_at_once_are_one(self, server):
        """
        One command sent by eight clients at once happens once, and all get its answer.
        """
        answers = []

        def send():
            answers.append(server.command("PlaceOrder", ORDER, Idempotency_Key="k-1"))

        threads = [threading.Thread(target=send) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert {201} == {answer.status_code for answer in answers}
        assert 1 == len({answer.text for answer in answers})


class TestRestart:
    def test_state_survives(self, tmp_path):
        """
        After a clean stop and a start on the same folder, all is there and goes on.
        """
        with Server(tmp_path / "data") as server:
            server.command("PlaceOrder", ORDER, Idempotency_Key="k-1")
            token = server.command("PayOrder", PAYMENT).json()["consistencyToken"]
            assert 0 == server.stop()
            assert "Traceback" not in server.output()
        with Server(tmp_path / "data") as server:
            assert "paid" == server.query("/api/orders/test-1", token).json()["status"]
            again = server.command("PlaceOrder", ORDER, Idempotency_Key="k-1")
            assert "true" == again.headers["nexus-replayed"]
            token = server.command("ShipOrder", SHIPMENT).json()["consistencyToken"]
            assert "shipped" == server.query("/api/orders/test-1", token).json()["status"]

    def test_a_kill_right_after_the_answer_loses_nothing(self, tmp_path):
        """
        Killed before the pump has run, the read models catch up after the start.
        """
        with Server(tmp_path / "data") as server:
            token = server.command("PlaceOrder", ORDER).json()["consistencyToken"]
            server.process.kill()
            server.process.wait()
        with Server(tmp_path / "data") as server:
            assert "placed" == server.query("/api/orders/test-1", token).json()["status"]

    def test_a_second_server_on_the_folder_is_refused(self, server, tmp_path):
        """
        Two on one data folder: the second says what to do, and the first goes on.
        """
        with pytest.raises(AssertionError, match=r"another Nexus \(process \d+\) runs"):
            Server(tmp_path / "data").__enter__()

        assert 200 == server.query("/health").status_code
