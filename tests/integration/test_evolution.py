"""A data folder written by the first schemas goes on under those of today."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from chalicelib.domain.orders import order_details, orders
from chalicelib.domain.orders.events import OrderShipped
from chalicelib.kernel.commit import Principal
from chalicelib.kernel.errors import Rejected
from chalicelib.services.event_router import Topic
from chalicelib.services.rebuilds import State
from chalicelib.services.verification import Verifier
from chalicelib.wiring.embedded import Embedded
from tests.support.client import Client
from tests.support.histories import golden, names, recorded, restore
from tests.support.server import Server

pytestmark = [pytest.mark.requirement("T13")]

INDEX = order_details.index
ACME = Principal("developer", "developer", "acme", ("developer",))
FIRST = [name for name in names() if name.startswith("v1-") and name != "v1-then-v2"]
SHIPPED = recorded("v1-shipped").stream
PARCEL = {"carrier": "", "trackingNumber": "t~1.2"}


def with_details(changed):
    """Orders with another projection for the details, and no view of it."""
    others = [each for each in orders.projections if each is not order_details]
    views = [view for view in orders.views if view.projection is not order_details]
    return replace(orders, projections=(changed, *others), views=tuple(views))


FORMER = with_details(replace(order_details, version=1))
"""The orders before the details had parcels, as far as consumers and indexes go."""


@pytest.fixture(name="folder")
def _folder(settings):
    """Settings of a folder with what the first schemas' system has left, snapshot included."""
    with Embedded.assemble(settings, [FORMER]) as embedded:
        for name in FIRST:
            restore(embedded, recorded(name))
    return settings


@pytest.fixture(name="old")
def _old(folder):
    with Embedded.assemble(folder) as embedded:
        yield Client(embedded)


def details(client, stream=SHIPPED):
    found = client.embedded.ports.read_models.get(INDEX, stream.tenant, stream.id)
    return json.loads(found.body)


def documents(client, stream):
    """What each read model shows of a stream, as golden files have it."""
    return {
        each.projection.name: client.embedded.ports.read_models.get(
            each.consumer, stream.tenant, stream.id
        ).body
        for each in client.system.projections
    }


def loaded(client, stream=SHIPPED):
    return client.system.snapshots._loaders["Order"].load(stream)


def refuses_parcels(document, recorded):
    if isinstance(recorded.data, OrderShipped):
        raise ZeroDivisionError("no such parcel")
    return order_details.apply(document, recorded)


class TestAggregates:
    def test_go_on(self, old):
        """
        A command is decided on what the old events say in the terms of today.
        """
        done = old.command("DeliverOrder", {"orderId": SHIPPED.id, "receivedBy": "Ada"})

        assert (5, "orders.OrderDelivered") == (done.version, done.events[0][1])

    def test_remember_the_old_parcel(self, old):
        """
        The same parcel again is nothing new, another is refused, and its number is told.
        """
        same = {"orderId": SHIPPED.id, **PARCEL}
        assert () == old.command("ShipOrder", same).events

        with pytest.raises(Rejected, match=r"was shipped as t~1\.2"):
            old.command("ShipOrder", same | {"furtherParcels": [{**PARCEL, "carrier": "UPS"}]})

    @pytest.mark.requirement("R2")
    def test_recognise_a_command_of_old(self, old):
        """
        A client that lost its answer before the change may still ask for it after.
        """
        pay = {"orderId": SHIPPED.id, "paymentId": "pay-2", "amount": 5}
        ship = {"orderId": SHIPPED.id, **PARCEL}

        paid = old.command("PayOrder", pay, key="v1-shipped-2")
        shipped = old.command("ShipOrder", ship, key="v1-shipped-3")

        assert [(2, True), (3, True)] == [(each.version, each.replayed) for each in (paid, shipped)]

    @pytest.mark.requirement("T7")
    def test_drop_the_old_snapshot(self, old):
        """
        It is of another reducer: the state is the fold of all events, in the form of today.
        """
        kept = old.embedded.ports.snapshots.latest(SHIPPED)
        now = loaded(old)

        assert (2, "1:6132ab4aad528bad") == (kept.version, kept.reducer)
        assert 3 == now.tail.commits
        assert ("t~1.2",) == now.state.tracking_numbers

    @pytest.mark.requirement("T7")
    def test_replace_the_old_snapshot(self, folder):
        """
        The next one that is due is taken by the reducer of today, and is used.
        """
        with Embedded.assemble(replace(folder, snapshot_interval=2)) as embedded:
            client = Client(embedded)
            client.command("DeliverOrder", {"orderId": SHIPPED.id})
            client.settle()
            taken = embedded.ports.snapshots.latest(SHIPPED)
            now = loaded(client)

        assert (5, 0) == (taken.version, now.tail.commits)
        assert ("t~1.2",) == now.state.tracking_numbers


class TestReadModels:
    @pytest.mark.parametrize("name", FIRST)
    def test_show_old_events_as_those_of_today(self, old, name):
        """
        What the pump makes of them is what the golden file has.
        """
        old.settle()
        expected = golden(name)["readModels"]
        shown = documents(old, recorded(name).stream)

        assert {each: expected[each]["document"] for each in expected} == {
            each: old.system.read_json(body) for each, body in shown.items()
        }

    def test_of_another_form_are_filled_from_history(self, folder):
        """
        The details had another index once; the present one starts with what was before it.
        """
        with Embedded.assemble(folder, [FORMER]) as embedded:
            Client(embedded).settle()
            assert 0 == embedded.ports.bus.waiting(Topic.CORE, 0)

        with Embedded.assemble(folder) as embedded:
            client = Client(embedded)
            client.settle()
            assert [PARCEL] == details(client)["parcels"]

    def test_that_were_away_miss_nothing(self, folder):
        """
        After a roll-back to the former code and back: the bus has gone on without them.
        """
        with Embedded.assemble(folder) as embedded:
            Client(embedded).settle()
        with Embedded.assemble(folder, [FORMER]) as embedded:
            client = Client(embedded)
            client.command("PlaceOrder", {"orderId": "o-1", "customerId": "c", "totalAmount": 5})
            client.command("CancelOrder", {"orderId": "o-1"})
            client.settle()

        with Embedded.assemble(folder) as embedded:
            client = Client(embedded)
            client.settle()
            new = replace(SHIPPED, id="o-1")
            assert ("cancelled", 2) == tuple(
                details(client, new)[each] for each in ("status", "version")
            )
            assert ([PARCEL], "shipped") == tuple(
                details(client)[each] for each in ("parcels", "status")
            )

    @pytest.mark.requirement("T8")
    def test_are_rebuilt_from_old_events(self, old):
        """
        All of history, again, in a second read model that takes the first one's place.
        """
        old.settle()
        before = details(old)
        old.system.operations.rebuilders["order-details"].start()
        old.settle()

        assert (
            State.DONE is old.system.operations.rebuilders["order-details"].lineup().rebuild.state
        )
        assert before == details(old)
        assert [PARCEL] == before["parcels"]

    @pytest.mark.requirement("T11")
    def test_take_an_old_event_from_the_dead_letters(self, folder):
        """
        It was put aside with its old bytes; redriven, it is what it would be today.
        """
        with Embedded.assemble(
            folder, [with_details(replace(order_details, apply=refuses_parcels))]
        ) as embedded:
            Client(embedded).settle()
            parked = {each.stream for each in embedded.ports.positions.parked(INDEX)}
        assert SHIPPED in parked

        with Embedded.assemble(folder) as embedded:
            client = Client(embedded)
            client.command("DeliverOrder", {"orderId": SHIPPED.id})
            client.settle()
            assert "paid" == details(client)["status"]
            assert embedded.system.operations.redrivers[INDEX](SHIPPED)
            assert ([PARCEL], "delivered") == (
                details(client)["parcels"],
                details(client)["status"],
            )


class TestReaders:
    def test_of_a_stream_see_which_schema_wrote_an_event_and_the_data_of_today(self, folder):
        """
        Over HTTP; a new event behind them has the new version.
        """
        with Server(folder.data) as server:
            deliver = {"orderId": SHIPPED.id}
            server.http.post("/api/commands/DeliverOrder", json=deliver).raise_for_status()
            events = server.http.get(f"/api/streams/{SHIPPED.local}").json()["events"]

        assert [1, 1, 1, 1, 1] == [event["schemaVersion"] for event in events]
        assert {"orderId": SHIPPED.id, "parcels": [PARCEL]} == events[2]["data"]
        assert {"orderId": SHIPPED.id, "paymentId": "pay-2", "amount": 5, "method": None} == events[
            1
        ]["data"]

    @pytest.mark.requirement("R1")
    def test_of_the_whole_log_find_it_as_it_was_written(self, old):
        """
        Old commits, and one of today behind them, verify.
        """
        client = Client(old.embedded, ACME)
        ship = {"orderId": "v1-paid", "carrier": "UPS", "trackingNumber": "t-1"}
        client.command("ShipOrder", ship | {"furtherParcels": [PARCEL]})
        verifier = Verifier(old.system.codec, old.embedded.ports.registry)
        list(verifier.history(old.embedded.ports.events))

        assert ([], 15) == (verifier.report.findings, verifier.report.commits)
