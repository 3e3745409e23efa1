"""Rebuilds over real adapters: while commands come in, through crashes, and with poison."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

import pytest

from chalicelib.domain.orders import orders
from chalicelib.domain.orders.events import OrderPaid
from chalicelib.domain.orders.projections import order_details, sales
from chalicelib.kernel.errors import NotFound
from chalicelib.kernel.projection import Projection
from chalicelib.services.governance.policy_engine import Decision, Reason
from chalicelib.services.read_models import Document
from chalicelib.services.rebuilds import Places, State
from chalicelib.wiring.embedded import Embedded
from tests.support.client import Client

pytestmark = [pytest.mark.requirement("R5"), pytest.mark.requirement("T8")]

INDEX = "order-details-v2"
BESIDE = f"{INDEX}.rebuild"


class Killed(BaseException):
    """The end of the process, as far as the code can tell."""


class Mortal:
    """Passes everything on; dies before a write, once so many were done."""

    def __init__(self, port, life):
        self._port = port
        self._life = life

    def __getattr__(self, name):
        return getattr(self._port, name)

    def replace(self, *asked):
        self._life.spend()
        self._port.replace(*asked)

    def clear(self, *asked):
        self._life.spend()
        self._port.clear(*asked)

    def put(self, *asked):
        self._life.spend()
        self._port.put(*asked)

    def advance(self, *asked):
        self._life.spend()
        self._port.advance(*asked)


class Life:
    """How many writes there are still to do; None for as many as you like."""

    def __init__(self):
        self.left = None

    def spend(self):
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed


def live(client, order_id, until=3):
    """Three commits of an order, or fewer."""
    order = {"orderId": order_id}
    steps: list[tuple[str, dict[str, object]]] = [
        ("PlaceOrder", {"customerId": "c-1", "totalAmount": 99.99}),
        ("PayOrder", {"paymentId": "p-1", "amount": 99.99}),
        ("ShipOrder", {"carrier": "DHL", "trackingNumber": "t-1"}),
    ]
    for name, data in steps[:until]:
        client.command(name, {**order, **data})


def rebuilder(client, index=INDEX):
    return client.system.operations.rebuilders[index]


def shown(client, index=INDEX):
    """All documents and positions under a name."""
    folder = client.embedded.folder
    return (
        folder.read_models.rows(
            "SELECT tenant, id, version, body, fields, words FROM documents "
            "WHERE index_name = ? ORDER BY tenant, id",
            (index,),
        ),
        folder.positions.rows(
            "SELECT stream, version, parked FROM positions WHERE consumer = ? ORDER BY stream",
            (index,),
        ),
    )


def fold(client, index=INDEX):
    """What a read model should be: that of a consumer which is given the whole log at once."""
    (handler,) = [each for each in client.system.projections if each.consumer == index]
    ports = client.embedded.ports
    handler.beside("fold").handle([commit for _, commit in ports.events.changes(0, 10_000)])
    expected = shown(client, "fold")
    Places(ports.read_models, ports.positions, ports.dead_letters).clear("fold")
    return expected


def spoil(client, index=INDEX):
    """Change a document, lose one with its position, and make one up."""
    folder = client.embedded.folder
    with folder.read_models.write() as connection:
        connection.execute(
            "UPDATE documents SET body = '{}', version = 99 WHERE index_name = ? AND id = 'o-0'",
            (index,),
        )
        connection.execute("DELETE FROM documents WHERE index_name = ? AND id = 'o-1'", (index,))
    with folder.positions.write() as connection:
        connection.execute(
            "DELETE FROM positions WHERE consumer = ? AND stream LIKE '%/o-1'", (index,)
        )
    made_up = Document("default", "made-up", 1, b"{}", {}, frozenset())
    client.embedded.ports.read_models.put(index, [made_up])


@pytest.fixture(name="spoilt")
def _spoilt(client):
    """Forty orders, and a read model that doesn't show them as they are."""
    for number in range(40):
        live(client, f"o-{number}")
    client.settle()
    spoil(client)
    return client


class TestARebuild:
    @pytest.mark.parametrize("index", [order_details.index, sales.index])
    def test_makes_it_the_fold_of_the_log(self, spoilt, index):
        """
        Whatever was there before; nothing is left of the rebuild but its figures.
        """
        spoil(spoilt, index)
        assert fold(spoilt, index) != shown(spoilt, index)

        started = rebuilder(spoilt, index).start()
        spoilt.settle()

        last = rebuilder(spoilt, index).last()
        assert (State.RUNNING, 0, 120) == (started.state, started.handled, started.total)
        assert (State.DONE, 120, 120) == (last.state, last.handled, last.total)
        assert last.started_at < last.finished_at
        assert fold(spoilt, index) == shown(spoilt, index)
        assert ([], []) == shown(spoilt, f"{index}.rebuild")

    def test_answers_from_the_old_until_the_new_is_there(self, spoilt):
        """
        Not from a part of it; and not a moment from both.
        """
        before = shown(spoilt)
        rebuilder(spoilt).start()

        spoilt.embedded.pump.step()
        between, last = shown(spoilt), rebuilder(spoilt).last()
        spoilt.embedded.pump.step()

        assert (State.RUNNING, 100) == (last.state, last.handled)
        assert before == between
        assert fold(spoilt) == shown(spoilt)

    def test_takes_what_is_written_meanwhile(self, spoilt):
        """
        New orders, and steps of old ones: before they are routed, while it runs, and after it.
        """
        live(spoilt, "early", until=2)
        rebuilder(spoilt).start()
        live(spoilt, "new")
        spoilt.embedded.pump.step()
        spoilt.command("DeliverOrder", {"orderId": "o-39", "receivedBy": "Ada"})
        spoilt.command("DeliverOrder", {"orderId": "o-1", "receivedBy": "Ada"})
        spoilt.settle()
        spoilt.command("DeliverOrder", {"orderId": "o-2", "receivedBy": "Ada"})
        spoilt.settle()

        assert State.DONE == rebuilder(spoilt).last().state
        assert fold(spoilt) == shown(spoilt)
        assert "delivered" == spoilt.one("/api/orders/{orderId}", orderId="o-1")["status"]

    def test_twice_at_once_is_one(self, spoilt):
        """
        From any number of threads: all get the one that runs; later there may be another.
        """
        with ThreadPoolExecutor(8) as threads:
            started = list(threads.map(lambda _: rebuilder(spoilt).start(), range(8)))
        spoilt.embedded.pump.step()
        again = rebuilder(spoilt).start()
        spoilt.settle()
        spoil(spoilt)

        assert 1 == len(set(started))
        assert (started[0].started_at, 100) == (again.started_at, again.handled)
        assert started[0].started_at < rebuilder(spoilt).start().started_at
        spoilt.settle()
        assert fold(spoilt) == shown(spoilt)

    def test_of_nothing_is_done_at_once(self, client):
        """
        Of an empty store.
        """
        client.embedded.ports.read_models.put(INDEX, [Document("default", "x", 1, b"{}", {})])

        assert State.DONE == rebuilder(client).start().state

        assert ([], []) == shown(client)

    def test_of_what_no_document_comes_of(self, settings):
        """
        Then the read model has none.
        """
        none = Projection("none", 1, "Order", order_details.paths, object, lambda *_: None)
        with Embedded.assemble(
            settings, [replace(orders, projections=(none,), views=())]
        ) as system:
            client = Client(system)
            live(client, "o-1")
            client.settle()
            system.ports.read_models.put(none.index, [Document("default", "x", 1, b"{}", {})])
            rebuilder(client, none.index).start()
            client.settle()

            documents, positions = shown(client, none.index)
            assert ([], [("default/Order/o-1", 3, None)]) == (documents, positions)

    def test_of_what_there_is_not(self, client):
        """
        Is not found.
        """
        with pytest.raises(NotFound, match="there is no read model no-such-v1"):
            client.system.operations.rebuild("no-such-v1")


@pytest.mark.requirement("T11")
class TestACrash:
    @pytest.mark.parametrize("writes", range(30))
    def test_at_any_write_costs_nothing(self, settings, writes):
        """
        After it the rebuild goes on where it was, also if it had just ended, or hardly begun.
        """
        life = Life()

        def adapt(ports):
            return replace(
                ports,
                read_models=Mortal(ports.read_models, life),
                positions=Mortal(ports.positions, life),
                dead_letters=Mortal(ports.dead_letters, life),
            )

        with ExitStack() as stack:
            client = Client(stack.enter_context(Embedded.assemble(settings, adapt=adapt)))
            for number in range(40):
                live(client, f"o-{number}")
            client.settle()
            spoil(client)
            rebuilder(client)._rebuilds = Mortal(rebuilder(client)._rebuilds, life)
            life.left = writes
            with pytest.raises(Killed):
                run(client)
        with Embedded.assemble(settings) as again:
            client = Client(again)
            assert not ahead(client)
            if rebuilder(client).last() is None:  # it never began
                rebuilder(client).start()
            client.command("DeliverOrder", {"orderId": "o-3", "receivedBy": "Ada"})
            client.settle()

            assert State.DONE == rebuilder(client).last().state
            assert fold(client) == shown(client)
            assert ([], []) == shown(client, BESIDE)


def ahead(client):
    """The streams whose position says more than their document shows."""
    documents, positions = shown(client)
    versions = {f"{tenant}/Order/{name}": version for tenant, name, version, *_ in documents}
    return [stream for stream, version, _ in positions if version > versions.get(stream, 0)]


def run(client):
    """Rebuild, with an order in the midst of it; die at its end at the latest."""
    rebuilder(client).start()
    client.embedded.pump.step()
    live(client, "late")
    client.settle()
    raise Killed


class TestPoison:
    @pytest.fixture(name="poison")
    def _poison(self):
        """The orders whose payment can't be applied."""
        return {"o-1"}

    @pytest.fixture(name="poisoned")
    def _poisoned(self, settings, poison):
        """Three orders, of which one has stopped."""

        def apply(document, recorded):
            if isinstance(recorded.data, OrderPaid) and recorded.data.order_id in poison:
                raise ZeroDivisionError("no such payment")
            return order_details.apply(document, recorded)

        context = replace(orders, projections=(replace(order_details, apply=apply),), views=())
        with Embedded.assemble(settings, [context]) as embedded:
            client = Client(embedded)
            for number in range(3):
                live(client, f"o-{number}")
            client.settle()
            yield client

    def test_stops_the_new_one_too(self, poisoned):
        """
        With its mark and its letter; its neighbours are complete.
        """
        spoil(poisoned)

        rebuilder(poisoned).start()
        poisoned.settle()

        ports = poisoned.embedded.ports
        (letter,) = ports.dead_letters.all()
        assert State.DONE == rebuilder(poisoned).last().state
        assert [1, 3, 3] == sorted(version for _, _, version, *_ in shown(poisoned)[0])
        assert [(INDEX, "o-1")] == [
            (each.consumer, each.stream.id) for each in ports.positions.parked()
        ]
        assert (INDEX, 2, 3) == (letter.consumer, letter.commit.version, letter.attempts)
        assert not poisoned.system.operations.redrive(INDEX, letter.commit.stream)

    def test_that_is_gone_leaves_no_mark(self, poisoned, poison):
        """
        A rebuild after a fix shows everything, and the letters are gone as well.
        """
        poison.clear()

        rebuilder(poisoned).start()
        poisoned.settle()

        ports = poisoned.embedded.ports
        assert fold(poisoned) == shown(poisoned)
        assert ([], []) == (list(ports.positions.parked()), list(ports.dead_letters.all()))

    def test_that_is_new_keeps_the_old_one(self, poisoned, poison):
        """
        No stream goes back: the rebuild fails and says where, the old read model stays and goes on.
        """
        before = shown(poisoned)
        poison.add("o-2")

        rebuilder(poisoned).start()
        poisoned.settle()

        last = rebuilder(poisoned).last()
        ports = poisoned.embedded.ports
        assert (State.FAILED, before) == (last.state, shown(poisoned))
        assert last.error.startswith("1 streams would go back, the first is default/Order/o-2, ")
        assert [INDEX] == [each.consumer for each in ports.positions.parked()]
        assert [INDEX] == [each.consumer for each in ports.dead_letters.all()]
        poison.clear()
        rebuilder(poisoned).start()
        poisoned.settle()
        assert fold(poisoned) == shown(poisoned)

    def test_that_was_redriven_meanwhile(self, poisoned, poison):
        """
        The stream has gone on in the old one, so it gets a try in the new one too.
        """
        ports = poisoned.embedded.ports
        (parked,) = ports.positions.parked()
        rebuilder(poisoned).start()
        rebuilder(poisoned)._beside.handle([commit for _, commit in ports.events.changes(0, 99)])
        poison.clear()

        assert poisoned.system.operations.redrive(INDEX, parked.stream)
        poisoned.settle()

        assert State.DONE == rebuilder(poisoned).last().state
        assert fold(poisoned) == shown(poisoned)
        assert [] == list(ports.positions.parked())

    def test_is_not_handed_on_to_the_next(self, poisoned, poison, monkeypatch):
        """
        What a rebuild could not tidy up at its end is none of the next one's.
        """
        monkeypatch.setattr(Places, "clear", lambda *_: None)
        rebuilder(poisoned).start()
        poisoned.settle()
        monkeypatch.undo()
        assert [INDEX, BESIDE] == [
            each.consumer for each in poisoned.embedded.ports.positions.parked()
        ]
        poison.clear()

        rebuilder(poisoned).start()
        poisoned.settle()

        assert fold(poisoned) == shown(poisoned)
        assert [] == list(poisoned.embedded.ports.positions.parked())

    def test_that_can_not_even_be_parked(self, poisoned, monkeypatch):
        """
        After some tries the rebuild fails and says why; nothing else is held up.
        """

        def broken(_commits):
            raise RecursionError("too deep")

        monkeypatch.setattr(rebuilder(poisoned)._beside, "handle", broken)
        rebuilder(poisoned).start()
        for _ in range(20):
            poisoned.embedded.pump.step()

        last = rebuilder(poisoned).last()
        assert State.FAILED == last.state
        expected = "default/Order/o-0@1 could not be handled: RecursionError: too deep"
        assert expected == last.error
        assert 0 == sum(each.lag for each in poisoned.embedded.pump.status())


@pytest.mark.requirement("R8")
def test_what_the_router_holds_back_is_not_shown(settings):
    """
    A commit that may not be published is in the store, but in no read model, until it may.
    """
    said = {"no": True}

    class Strict:
        def __init__(self, engine):
            self._engine = engine
            self.digest = engine.digest

        def decide(self, package, question):
            paid = question.get("event", {}).get("type") == "orders.OrderPaid"
            if paid and question["point"] == "route" and said["no"]:
                return Decision(False, (Reason("nexus.events.test", "not this"),), "")
            return self._engine.decide(package, question)

    with Embedded.assemble(
        settings, adapt=lambda ports: replace(ports, policies=Strict(ports.policies))
    ) as embedded:
        client = Client(embedded)
        live(client, "o-1")
        client.settle()
        (parked,) = embedded.ports.positions.parked()

        rebuilder(client).start()
        client.settle()
        held_back = shown(client)
        rebuilder(client).start()
        said["no"] = False
        assert client.system.operations.redrive("router", parked.stream)
        client.settle()

        assert [1] == [version for _, _, version, *_ in held_back[0]]
        assert State.DONE == rebuilder(client).last().state
        assert fold(client) == shown(client)
