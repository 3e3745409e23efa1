"""Killed at random moments under load: nothing acknowledged is lost or doubled."""

import itertools
import os
import random
import threading
import time
from collections import Counter
from decimal import Decimal

import httpx
import pytest

from tests.support.server import Server, everything, exact, settled

pytestmark = [pytest.mark.requirement("T11"), pytest.mark.requirement("R5")]

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "6"))
WRITERS = 4
LONGEST = 0.6
"""Seconds that a round may last before the server is killed."""


class Writers:
    """Place, pay and ship orders until the server is gone; remember what was acknowledged."""

    def __init__(self, server, number):
        self._server = server
        self._number = number
        self.acknowledged: dict[str, list[str]] = {}
        """By order, the commands that were answered 201."""
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(WRITERS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        for thread in self._threads:
            thread.join()

    def _run(self, writer):
        with httpx.Client(base_url=self._server.http.base_url, timeout=20) as http:
            try:
                for count in range(10_000):
                    self._order(http, f"o-{self._number}-{writer}-{count}")
            except httpx.TransportError:
                return

    def _order(self, http, order_id):
        order = {"orderId": order_id}
        for name, data in (
            ("PlaceOrder", {**order, "customerId": f"c-{order_id[-1]}", "totalAmount": 1.01}),
            ("PayOrder", {**order, "paymentId": "p", "amount": 1.01}),
            ("ShipOrder", {**order, "carrier": "DHL", "trackingNumber": "t"}),
        ):
            self.acknowledged.setdefault(order_id, [])
            key = {"Idempotency-Key": f"{order_id}-{name}"}
            answer = http.post(f"/api/commands/{name}", json=data, headers=key)
            assert 201 == answer.status_code, answer.text
            self.acknowledged[order_id].append(name)


def types_of(server, order_id):
    """The types of an order's events; none if there is no such order."""
    answer = server.query(f"/api/streams/Order/{order_id}")
    assert answer.status_code in (200, 404), answer.text
    events = answer.json()["events"] if answer.status_code == 200 else []
    return [event["type"].removeprefix("orders.") for event in events]


STATUS = {"OrderPlaced": "placed", "OrderPaid": "paid", "OrderShipped": "shipped"}
EVENTS = {"PlaceOrder": "OrderPlaced", "PayOrder": "OrderPaid", "ShipOrder": "OrderShipped"}


def test_killed_again_and_again(tmp_path):
    """
    After each kill the server starts by itself; each acknowledged command is in its stream exactly
    once, one that was not answered at most once; every read model is the fold of the streams, and
    goes on from where it was.
    """
    chance = random.Random(20)
    acknowledged: dict[str, list[str]] = {}
    for number in range(ROUNDS):
        with Server(tmp_path / "data") as server, Writers(server, number) as writers:
            time.sleep(chance.uniform(0.05, LONGEST))
            server.process.kill()
            server.process.wait()
            assert "discarded" not in server.output()
        acknowledged |= writers.acknowledged

    with Server(tmp_path / "data") as server:
        settled(server)
        folds = {}
        for order_id, commands in acknowledged.items():
            types = types_of(server, order_id)
            done = [EVENTS[name] for name in commands]
            assert done == types[: len(done)]
            assert len(types) <= len(done) + 1
            assert list(EVENTS.values())[: len(types)] == types
            if types:
                folds[order_id] = STATUS[types[-1]]
        orders = everything(server, "/api/orders")
        assert folds == {order["orderId"]: order["status"] for order in orders}
        sales = exact(server.query("/api/sales"))["items"]
        counted: Counter[str] = Counter()
        for row in sales:
            counted[row["status"]] += row["orders"]
        assert Counter(folds.values()) == counted
        assert sum(row["totalAmount"] for row in sales) == Decimal("1.01") * len(folds)
        assert 0 == server.query("/health").json()["parkedCount"]
    assert len(acknowledged) > ROUNDS


def life(order_id):
    """An order's three commands, as a batch has them."""
    order = {"orderId": order_id}
    data = (
        {**order, "customerId": "c", "totalAmount": 1.01},
        {**order, "paymentId": "p", "amount": 1.01},
        {**order, "carrier": "DHL", "trackingNumber": "t"},
    )
    return [
        {"command": name, "idempotencyKey": f"{order_id}-{name}", "data": each}
        for name, each in zip(EVENTS, data, strict=True)
    ]


@pytest.mark.requirement("T5")
def test_a_batch_ends_with_its_server(tmp_path):
    """
    Told to stop in the middle of a batch, the server ends it there without a word in its log: what
    has been done is answered as such, and stored; what has not is answered so, and is not.
    """
    ids = [f"o-{number}" for number in range(500 // len(EVENTS))]
    batch = {"commands": list(itertools.chain.from_iterable(map(life, ids)))}
    answers = []
    with Server(tmp_path / "data") as server:
        said = server.output()

        def send():
            answers.append(server.http.post("/api/commands", json=batch))

        sender = threading.Thread(target=send)
        sender.start()
        with httpx.Client(base_url=server.http.base_url) as http:
            while http.get(f"/api/streams/Order/{ids[5]}").status_code != 200:
                assert sender.is_alive()
        assert 0 == server.stop()
        sender.join()
        assert said == server.output()

    statuses = [each["status"] for each in answers[0].json()["results"]]
    done = statuses.count(201)
    assert 5 * len(EVENTS) < done < len(statuses)
    assert [201] * done + [503] * (len(statuses) - done) == statuses
    with Server(tmp_path / "data") as server:
        stored = [len(types_of(server, order_id)) for order_id in ids]
    assert [
        sum(map((201).__eq__, statuses[n : n + 3])) for n in range(0, len(statuses), 3)
    ] == stored


@pytest.mark.requirement("T5")
def test_a_batch_that_was_cut_short_is_sent_again(tmp_path):
    """
    Killed in the middle of a batch, a part of it is stored; sent again, each command is in its
    stream exactly once, those that were there before are marked, and each has its result.
    """
    ids = [f"o-{number}" for number in range(500 // len(EVENTS))]
    batch = {"commands": list(itertools.chain.from_iterable(map(life, ids)))}
    lost = []

    def send(server):
        try:
            server.http.post("/api/commands", json=batch)
        except httpx.TransportError as error:
            lost.append(error)

    with Server(tmp_path / "data") as server:
        sender = threading.Thread(target=send, args=(server,))
        sender.start()
        with httpx.Client(base_url=server.http.base_url) as http:
            while http.get(f"/api/streams/Order/{ids[5]}").status_code != 200:
                assert sender.is_alive()
        server.process.kill()
        sender.join()
    assert 1 == len(lost)

    with Server(tmp_path / "data") as server:
        before = [len(types_of(server, order_id)) for order_id in ids]
        results = server.http.post("/api/commands", json=batch).json()["results"]
        again = server.http.post("/api/commands", json=batch).json()["results"]
        after = [types_of(server, order_id) for order_id in ids]
    assert 5 * len(EVENTS) < sum(before) < len(results)
    done = [number < stored for stored in before for number in range(len(EVENTS))]
    assert done == [result.get("replayed", False) for result in results]
    assert [{**result, "replayed": True} for result in results] == again
    assert {201} == {result["status"] for result in results}
    assert [list(EVENTS.values())] * len(ids) == after
