"""Lineups over real adapters: what was shown once is shown by whichever index answers next."""

from contextlib import contextmanager
from dataclasses import replace

import pytest

from chalicelib.domain.orders import orders
from chalicelib.domain.orders.events import OrderPaid
from chalicelib.domain.orders.projections import order_details
from chalicelib.kernel.errors import Unavailable
from chalicelib.services import feeding
from chalicelib.services.governance.policy_engine import Decision, Reason
from chalicelib.wiring.embedded import Embedded
from tests.integration.test_feeding import Weather
from tests.integration.test_rebuilds import (
    FIRST,
    LATER,
    SECOND,
    STOPPED,
    Killed,
    asked,
    held_by,
    live,
    live_index,
    rebuilder,
    with_later,
)
from tests.support.client import Client

pytestmark = [pytest.mark.requirement("R6"), pytest.mark.requirement("T8")]

NEXT = replace(LATER, supersedes=order_details)


class Passing:
    """A port of which some methods are others."""

    def __init__(self, port, **others):
        self._port = port
        self.__dict__.update(others)

    def __getattr__(self, name):
        return getattr(self._port, name)


class Strict:
    """Policies by which the router holds back events of some types."""

    def __init__(self, engine, held):
        self._engine = engine
        self._held = held
        self.digest = engine.digest

    def decide(self, package, question):
        kind = question.get("event", {}).get("type")
        if kind in self._held and question["point"] == "route":
            return Decision(False, (Reason("nexus.events.test", "not this"),), "")
        return self._engine.decide(package, question)


def strict(held):
    return lambda ports: replace(ports, policies=Strict(ports.policies, held))


@contextmanager
def later(settings, *held, projection=NEXT):
    """The same folder, with a later version of the projection."""
    with Embedded.assemble(settings, [with_later(projection)], adapt=strict(held)) as embedded:
        yield Client(embedded)


def exchanged(client):
    """Two indexes, of which the second answers."""
    live(client, "o-0")
    client.settle()
    rebuilder(client).start()
    client.settle()
    assert (SECOND, FIRST) == rebuilder(client).lineup().fed


def shown_orders(client):
    return {each["orderId"] for each in client.many("/api/orders")}


def test_a_document_whose_position_was_not_kept(settings):
    """
    It is shown, so what is owed has it, and a roll-back too.
    """
    weather, away = Weather(), set()

    def adapt(ports):
        def advance(consumer, versions):
            if consumer in away:
                raise Unavailable("no positions")
            ports.positions.advance(consumer, versions)

        return replace(weather.adapt(ports), positions=Passing(ports.positions, advance=advance))

    with Embedded.assemble(settings, adapt=adapt) as embedded:
        client = Client(embedded)
        exchanged(client)
        weather.broken[FIRST] = Unavailable("away")
        away.add(SECOND)
        live(client, "o-1", until=1)
        client.settle()
        assert {"o-0", "o-1"} == shown_orders(client)
        weather.broken.clear()

        rebuilder(client).roll_back()

        assert (FIRST, {"o-0", "o-1"}) == (live_index(client), shown_orders(client))


def test_a_roll_back_when_the_one_that_answered_is_gone(settings):
    """
    What the one before was owed, it gets from the store.
    """
    weather = Weather()
    with Embedded.assemble(settings, adapt=weather.adapt) as embedded:
        client = Client(embedded)
        exchanged(client)
        weather.broken[FIRST] = Unavailable("away")
        live(client, "o-1")
        client.settle()
        weather.broken.clear()
        weather.gone.add(SECOND)
        rebuilder(client).open()

        rebuilder(client).roll_back()

        assert {"o-0", "o-1"} == shown_orders(client)
        assert {} == rebuilder(client).lineup().owed


def test_one_failure_makes_no_index_leave(settings, monkeypatch):
    """
    However much is delivered while it rests: it is tried again before it would have to leave.
    """
    monkeypatch.setattr(feeding, "MAX_OWED", 3)
    weather = Weather()
    with Embedded.assemble(settings, adapt=weather.adapt) as embedded:
        client = Client(embedded)
        exchanged(client)
        weather.broken[FIRST] = Unavailable("busy")
        live(client, "o-1", until=1)
        client.settle()
        weather.broken.clear()
        for number in range(2, 8):
            live(client, f"o-{number}", until=1)
            client.settle()

        rebuilder(client).roll_back()
        assert {f"o-{number}" for number in range(8)} == shown_orders(client)


@pytest.mark.requirement("R8")
def test_what_the_router_has_published_though_its_mark_says_otherwise(settings):
    """
    Killed between the two, the live one shows more than the mark; a new version does so too.
    """
    held = {"orders.OrderPaid"}
    with Embedded.assemble(settings, adapt=strict(held)) as embedded:
        client = Client(embedded)
        live(client, "o-1", until=2)
        client.settle()
        held.clear()

        positions = embedded.ports.positions
        advance = positions.advance

        def killed(consumer, versions):
            if versions != {STOPPED: 1}:
                raise Killed
            advance(consumer, versions)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(positions, "advance", killed)
            with pytest.raises(Killed):
                client.system.operations.redrive("router", STOPPED)
        client.settle()
        assert "paid" == client.one("/api/orders/{orderId}", orderId="o-1")["status"]

    with later(settings) as client:
        client.settle()
        assert b'{"orderId":"o-1","number":2}' == asked(client, NEXT)


@pytest.mark.requirement("R8")
def test_what_the_router_holds_back_is_not_shown_by_a_redrive(settings):
    """
    Nor by a new version; once the router goes on, both show it.
    """
    held, poison = {"orders.OrderShipped"}, {"o-1"}

    def apply(document, recorded):
        if isinstance(recorded.data, OrderPaid) and recorded.data.order_id in poison:
            raise ZeroDivisionError("no such payment")
        return order_details.apply(document, recorded)

    before = replace(order_details, apply=apply)
    context = replace(orders, projections=(before,), views=())
    with Embedded.assemble(settings, [context], adapt=strict(held)) as embedded:
        client = Client(embedded)
        live(client, "o-1")
        client.settle()
        poison.clear()
        assert client.system.operations.redrive(FIRST, STOPPED)
        assert b'"status":"paid"' in asked(client, before)
    with later(settings, *held) as client:
        client.settle()
        assert b'{"orderId":"o-1","number":2}' == asked(client, NEXT)
    with later(settings) as client:
        assert client.system.operations.redrive("router", STOPPED)
        client.settle()
        assert b'{"orderId":"o-1","number":3}' == asked(client, NEXT)
        rebuilder(client).roll_back()
        assert b'"status":"shipped"' in asked(client, NEXT)


def test_what_a_redrive_has_read_ahead_of_the_deliveries(settings):
    """
    The live one shows it, and so does a new one, before it may answer.
    """
    poison = {"o-1"}

    def apply(document, recorded):
        if isinstance(recorded.data, OrderPaid) and recorded.data.order_id in poison:
            raise ZeroDivisionError("no such payment")
        return order_details.apply(document, recorded)

    before = replace(order_details, apply=apply)
    context = replace(orders, projections=(before,), views=())
    with Embedded.assemble(settings, [context]) as embedded:
        live(Client(embedded), "o-1", until=2)
        Client(embedded).settle()
    with later(settings, projection=replace(NEXT, supersedes=before)) as client:
        ports = client.embedded.ports
        running = rebuilder(client).under_way()
        client.command("ShipOrder", {"orderId": "o-1", "carrier": "DHL", "trackingNumber": "t-1"})
        poison.clear()
        assert client.system.operations.redrive(FIRST, STOPPED)
        assert b'"status":"shipped"' in asked(client, before)

        rebuilder(client).replay(running, [each for _, each in ports.events.changes(0, 2)])

        assert "order-details-v3" == live_index(client)
        assert b'{"orderId":"o-1","number":3}' == asked(client, NEXT)


def test_a_version_declared_while_another_is_filled_takes_its_place(settings):
    """
    At the start; the one before, which nobody declares any more, is not waited for.
    """
    with Embedded.assemble(settings) as embedded:
        live(Client(embedded), "o-1")
        Client(embedded).settle()
    with later(settings) as client:
        assert "order-details-v3" == rebuilder(client).lineup().next.index

    with later(settings, projection=replace(NEXT, version=4, supersedes=NEXT)) as client:
        client.settle()
        assert ("order-details-v4", FIRST) == rebuilder(client).lineup().fed
        assert ([], []) == held_by(client, "order-details-v3")
