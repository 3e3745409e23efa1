"""What the simulation has found: each in its smallest form, over the embedded adapters."""

from dataclasses import replace

import pytest

from chalicelib.domain.orders import orders
from chalicelib.domain.orders.projections import sales
from chalicelib.kernel.stream import StreamId
from chalicelib.services.event_router import Topic
from chalicelib.wiring.container import ROUTER
from chalicelib.wiring.embedded import Embedded
from tests.simulation.poison import Policies
from tests.support.client import Client

pytestmark = [pytest.mark.requirement("R5"), pytest.mark.requirement("T11")]

STREAM = StreamId("default", "Order", "o-1")


class Trouble:
    """Poison for the router and for sales: events of these types, until it is mended."""

    def __init__(self):
        self.types = set()

    def refuses(self, order, kind):
        return kind in self.types

    def apply(self, document, event):
        if event.type in self.types:
            raise ZeroDivisionError(event.type)
        return sales.apply(document, event)


class RacingPositions:
    """Lets an operator redrive what a consumer is just about to park."""

    def __init__(self, positions):
        self._positions = positions
        self.before_park = lambda: None

    def __getattr__(self, name):
        return getattr(self._positions, name)

    def park(self, *what):
        self.before_park()
        self._positions.park(*what)


@pytest.fixture(name="trouble")
def _trouble():
    return Trouble()


@pytest.fixture(name="client")
def _client(settings, trouble):
    context = replace(orders, projections=(replace(sales, apply=trouble.apply),), views=())
    with Embedded.assemble(
        settings,
        [context],
        adapt=lambda ports: replace(
            ports, policies=Policies(trouble.refuses), positions=RacingPositions(ports.positions)
        ),
    ) as embedded:
        yield Client(embedded)


def place_pay_ship(client):
    """Write three commits, and return them."""
    order = {"orderId": "o-1"}
    client.command("PlaceOrder", {**order, "customerId": "c-1", "totalAmount": 5})
    client.command("PayOrder", {**order, "paymentId": "p-1", "amount": 5})
    client.command("ShipOrder", {**order, "carrier": "DHL", "trackingNumber": "t-1"})
    return [commit for _, commit in client.embedded.ports.events.changes(0, 10)]


def published(client):
    return {commit.version for _, commit in client.embedded.ports.bus.records(Topic.CORE, 0, 50)}


def shown(client):
    document = client.embedded.ports.read_models.get(sales.index, "default", "o-1")
    return document.version if document else 0


class TestRouter:
    def test_what_lies_before_a_stop_does_not_wait_behind_it(self, client, trouble):
        """
        The change stream has no order, so version 1 may come after version 3, which is poison: it
        is published. Poison holds back the later commits of its stream only.
        """
        placed, paid, shipped = place_pay_ship(client)
        trouble.types = {"orders.OrderShipped"}
        for commit in (paid, shipped, placed):
            client.system.router.handle([commit])

        assert {1, 2} == published(client)

    def test_a_redrive_publishes_all_that_waited(self, client, trouble):
        """
        Whatever waited behind the stop is published, though it is older than where it stopped.
        """
        placed, paid, shipped = place_pay_ship(client)
        trouble.types = {"orders.OrderShipped"}
        for commit in (paid, shipped, placed):
            client.system.router.handle([commit])
        trouble.types = set()

        assert client.system.operations.redrive(ROUTER, STREAM)
        assert {1, 2, 3} == published(client)


class TestMarkAndLetter:
    def test_a_mark_without_its_letter_can_be_redriven(self, client, trouble):
        """
        An operator redrives between a letter and its mark, and so takes the letter away: the stream
        is parked, and can go on all the same.
        """
        history = place_pay_ship(client)
        (handler,) = client.system.projections
        operations = client.system.operations
        trouble.types = {"orders.OrderPaid"}

        def race():
            trouble.types = set()
            operations.redrive(sales.index, STREAM)

        client.embedded.ports.positions.before_park = race
        handler.handle(history)
        client.embedded.ports.positions.before_park = lambda: None

        assert operations.redrive(sales.index, STREAM)
        assert client.embedded.ports.positions.get(sales.index, STREAM).parked is None
        assert 3 == shown(client)

    def test_a_letter_without_its_mark_is_applied_by_a_redrive(self, client, trouble):
        """
        The mark is gone, as after a release that was sent twice: a redrive applies what the letter
        holds before it forgets it.
        """
        history = place_pay_ship(client)
        (handler,) = client.system.projections
        trouble.types = {"orders.OrderPaid"}
        handler.handle(history)
        client.embedded.ports.positions.release(sales.index, STREAM, 0)
        trouble.types = set()

        assert client.system.operations.redrive(sales.index, STREAM)
        assert 3 == shown(client)
        assert [] == client.embedded.ports.dead_letters.all()

    def test_a_redrive_that_stops_again_keeps_its_letter(self, client, trouble):
        """
        The mark is gone and the poison is not: the letter stays, and the stream is parked again.
        """
        history = place_pay_ship(client)
        (handler,) = client.system.projections
        trouble.types = {"orders.OrderPaid"}
        handler.handle(history)
        client.embedded.ports.positions.release(sales.index, STREAM, 0)

        assert not client.system.operations.redrive(sales.index, STREAM)
        (letter,) = client.embedded.ports.dead_letters.all()
        assert 2 == letter.commit.version
        assert client.embedded.ports.positions.get(sales.index, STREAM).parked
