"""Rebuilds over real adapters: while commands come in, through crashes, and with poison."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace

import pytest

from chalicelib.domain.orders import orders
from chalicelib.domain.orders.events import OrderPaid
from chalicelib.domain.orders.projections import order_details, sales
from chalicelib.kernel.errors import BeingBuilt, Misconfigured, NotFound, Unavailable
from chalicelib.kernel.projection import Projection
from chalicelib.kernel.stream import StreamId
from chalicelib.kernel.values import Identifier
from chalicelib.kernel.views import One
from chalicelib.services.governance.policy_engine import Decision, Reason
from chalicelib.services.lineups import State
from chalicelib.services.parity import Comparison, Parity
from chalicelib.services.places import Places
from chalicelib.services.projections import ProjectionHandler
from chalicelib.services.queries import Question
from chalicelib.services.read_models import Document
from chalicelib.wiring.embedded import Embedded
from tests.support.client import Client

pytestmark = [pytest.mark.requirement("R5"), pytest.mark.requirement("T8")]

STOPPED = StreamId("default", "Order", "o-1")
FIRST = "order-details-v2"
SECOND = f"{FIRST}-r2"
SEEN = ("t/0003 is of another version", "t/late would be gone")


class Killed(BaseException):
    """The end of the process, as far as the code can tell."""


class Mortal:
    """Passes everything on; dies before a write, once so many were done."""

    def __init__(self, port, life):
        self._port = port
        self._life = life

    def __getattr__(self, name):
        return getattr(self._port, name)

    def clear(self, *asked):
        self._life.spend()
        self._port.clear(*asked)

    def create(self, *asked):
        self._life.spend()
        return self._port.create(*asked)

    def drop(self, *asked):
        self._life.spend()
        self._port.drop(*asked)

    def put(self, *asked, **options):
        self._life.spend()
        return self._port.put(*asked, **options)

    def advance(self, *asked):
        self._life.spend()
        self._port.advance(*asked)


@dataclass(frozen=True)
class Nothing:
    """A document that there is none of."""


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


def rebuilder(client, name="order-details"):
    return client.system.operations.rebuilders[name]


def last(client, name="order-details"):
    return rebuilder(client, name).lineup().rebuild


def settle(client, name="order-details"):
    """Carry everything on; what is held is accepted."""
    client.settle()
    coming = rebuilder(client, name).lineup().next
    if coming is not None and coming.state is State.HELD:
        rebuilder(client, name).switch()


def live_index(client, name="order-details"):
    return rebuilder(client, name).lineup().live


def held_by(client, index):
    """All documents and positions of an index."""
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


def shown(client, name="order-details"):
    """All documents and positions of the index that answers."""
    return held_by(client, live_index(client, name))


def fold(client, name="order-details"):
    """What a read model should be: that of a consumer which is given the whole log at once."""
    (handler,) = [each for each in client.system.projections if each.projection.name == name]
    ports = client.embedded.ports
    handler.beside("fold").handle([commit for _, commit in ports.events.changes(0, 10_000)])
    expected = held_by(client, "fold")
    Places(ports.read_models, ports.positions, ports.dead_letters).drop("fold")
    return expected


def spoil(client, name="order-details"):
    """Change a document, lose one with its position, and make one up."""
    folder, index = client.embedded.folder, live_index(client, name)
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
    @pytest.mark.parametrize("projection", [order_details, sales])
    def test_makes_it_the_fold_of_the_log(self, spoilt, projection):
        """
        Whatever was there before.
        """
        name = projection.name
        spoil(spoilt, name)
        assert fold(spoilt, name) != shown(spoilt, name)

        started = rebuilder(spoilt, name).start()
        settle(spoilt, name)

        ended = last(spoilt, name)
        assert (State.RUNNING, 0, 120) == (started.state, started.handled, started.total)
        assert (State.DONE, 120, 120) == (ended.state, ended.handled, ended.total)
        assert ended.started_at < ended.finished_at
        assert f"{projection.index}-r2" == live_index(spoilt, name)
        assert fold(spoilt, name) == shown(spoilt, name)

    def test_answers_from_the_old_until_the_new_is_there(self, spoilt):
        """
        Not from a part of it; and not a moment from both.
        """
        before = shown(spoilt)
        rebuilder(spoilt).start()

        spoilt.embedded.pump.step()
        between, underway = shown(spoilt), last(spoilt)
        spoilt.embedded.pump.step()
        settle(spoilt)

        assert (State.RUNNING, 100) == (underway.state, underway.handled)
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
        settle(spoilt)
        spoilt.command("DeliverOrder", {"orderId": "o-2", "receivedBy": "Ada"})
        settle(spoilt)

        assert State.DONE == last(spoilt).state
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
        settle(spoilt)
        spoil(spoilt)

        assert 1 == len(set(started))
        assert (started[0].started_at, 100) == (again.started_at, again.handled)
        assert started[0].started_at < rebuilder(spoilt).start().started_at
        settle(spoilt)
        assert fold(spoilt) == shown(spoilt)
        assert f"{FIRST}-r3" == live_index(spoilt)
        assert ([], []) == held_by(spoilt, FIRST)

    def test_of_nothing_is_done_at_once(self, client):
        """
        Of an empty store.
        """
        client.embedded.ports.read_models.put(FIRST, [Document("default", "x", 1, b"{}", {})])

        assert State.HELD == rebuilder(client).start().state
        settle(client)

        assert ([], []) == shown(client)

    def test_of_what_no_document_comes_of(self, settings):
        """
        Then the read model has none.
        """
        none = Projection("none", 1, ("Order",), order_details.paths, Nothing, lambda *_: None)
        with Embedded.assemble(
            settings, [replace(orders, projections=(none,), views=())]
        ) as system:
            client = Client(system)
            live(client, "o-1")
            client.settle()
            system.ports.read_models.put(none.index, [Document("default", "x", 1, b"{}", {})])
            rebuilder(client, none.name).start()
            settle(client, none.name)

            documents, positions = shown(client, none.name)
            assert ([], [("default/Order/o-1", 3, None)]) == (documents, positions)

    def test_of_what_there_is_not(self, client):
        """
        Is not found.
        """
        with pytest.raises(NotFound, match="there is no projection no-such"):
            client.system.operations.rebuild("no-such")


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
            rebuilder(client).keeper._lineups = Mortal(rebuilder(client).keeper._lineups, life)
            life.left = writes
            with pytest.raises(Killed):
                run(client)
        with Embedded.assemble(settings) as again:
            client = Client(again)
            assert not ahead(client)
            if last(client).index == FIRST:  # it never began
                rebuilder(client).start()
            client.command("DeliverOrder", {"orderId": "o-3", "receivedBy": "Ada"})
            settle(client)

            assert (State.DONE, SECOND) == (last(client).state, live_index(client))
            assert fold(client) == shown(client)
            rebuilder(client).retire()
            assert ([], []) == held_by(client, FIRST)


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
        settle(poisoned)

        ports = poisoned.embedded.ports
        (letter,) = ports.dead_letters.get(SECOND, STOPPED)
        assert State.DONE == last(poisoned).state
        assert [1, 3, 3] == sorted(version for _, _, version, *_ in shown(poisoned)[0])
        assert ["o-1"] == [each.stream.id for each in ports.positions.parked(SECOND)]
        assert (2, 3) == (letter.commit.version, letter.attempts)
        assert not poisoned.system.operations.redrive(SECOND, STOPPED)

    def test_that_is_gone_leaves_no_mark(self, poisoned, poison):
        """
        A rebuild after a fix shows everything, and the letters are gone as well: the one before
        goes on too.
        """
        poison.clear()

        rebuilder(poisoned).start()
        poisoned.settle()

        ports = poisoned.embedded.ports
        assert (State.DONE, SECOND) == (last(poisoned).state, live_index(poisoned))
        assert fold(poisoned) == shown(poisoned) == held_by(poisoned, FIRST)
        assert ([], []) == (list(ports.positions.parked()), list(ports.dead_letters.all()))

    def test_that_is_new_keeps_the_old_one(self, poisoned, poison):
        """
        No stream goes back: the rebuild fails and says where, the old read model stays and goes on.
        """
        before = shown(poisoned)
        poison.add("o-2")

        rebuilder(poisoned).start()
        poisoned.settle()

        ended = last(poisoned)
        ports = poisoned.embedded.ports
        assert (State.FAILED, FIRST, before) == (
            ended.state,
            live_index(poisoned),
            shown(poisoned),
        )
        assert ended.error.startswith("1 streams would go back, the first is default/Order/o-2, ")
        assert [FIRST] == [each.consumer for each in ports.positions.parked()]
        assert [FIRST] == [each.consumer for each in ports.dead_letters.all()]
        poison.clear()
        rebuilder(poisoned).start()
        poisoned.settle()
        assert fold(poisoned) == shown(poisoned)

    def test_that_was_redriven_meanwhile(self, poisoned, poison):
        """
        The stream has gone on in the old one, so it gets a try in the new one too.
        """
        rebuilder(poisoned).start()
        history = poisoned.embedded.ports.events.changes(0, 99)
        rebuilder(poisoned).feeder.deliver([commit for _, commit in history])
        poison.clear()

        assert poisoned.system.operations.redrive(FIRST, STOPPED)
        poisoned.settle()

        assert (State.DONE, SECOND) == (last(poisoned).state, live_index(poisoned))
        assert fold(poisoned) == shown(poisoned)
        assert [] == list(poisoned.embedded.ports.positions.parked())

    def test_is_not_handed_on_to_the_next(self, poisoned, poison, settings):
        """
        What could not be tidied up is so at the next start.
        """
        poison.add("o-2")
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Places, "drop", refuse)
            with pytest.raises(Unavailable):
                rebuilder(poisoned).start()
            patched.setattr(Places, "drop", lambda *_: None)
            rebuilder(poisoned).start()
            patched.setattr(Places, "drop", refuse)
            poisoned.settle()
        parked = {each.consumer for each in poisoned.embedded.ports.positions.parked()}
        leaving = rebuilder(poisoned).lineup().leaving

        rebuilder(poisoned).open()

        assert ({FIRST, SECOND}, (SECOND,)) == (parked, leaving)
        assert {FIRST} == {each.consumer for each in poisoned.embedded.ports.positions.parked()}
        assert () == rebuilder(poisoned).lineup().leaving

    def test_that_can_not_even_be_parked(self, poisoned, monkeypatch):
        """
        After some tries the rebuild fails and says why; nothing else is held up.
        """
        handle = ProjectionHandler.handle

        def broken(self, commits):
            if self.consumer == SECOND:
                raise RecursionError("too deep")
            handle(self, commits)

        monkeypatch.setattr(ProjectionHandler, "handle", broken)
        rebuilder(poisoned).start()
        for _ in range(20):
            poisoned.embedded.pump.step()

        expected = "default/Order/o-0@1 could not be handled: RecursionError: too deep"
        assert (State.FAILED, expected) == (last(poisoned).state, last(poisoned).error)
        assert FIRST == live_index(poisoned)
        assert 0 == sum(each.lag for each in poisoned.embedded.pump.status())


def refuse(*_):
    raise Unavailable("no disk")


class TestParity:
    def test_is_what_the_exchange_waits_for(self, spoilt):
        """
        What differs is held, with examples, and both are kept up to date meanwhile.
        """
        rebuilder(spoilt).start()
        spoilt.settle()
        before = shown(spoilt)
        live(spoilt, "late")
        spoilt.settle()

        held = rebuilder(spoilt).lineup()
        assert (FIRST, SECOND, State.HELD) == (held.live, held.next.index, held.next.state)
        assert (
            "41 documents are now 40; 1 of 40 compared differ; default/o-0 can't be read"
        ) == held.next.error
        assert len(before[0]) + 1 == len(shown(spoilt)[0])
        assert held.next == rebuilder(spoilt).start()
        rebuilder(spoilt).switch()
        assert fold(spoilt) == shown(spoilt)

    def test_of_equals_takes_no_decision(self, client):
        """
        The new one answers, and a full comparison finds nothing.
        """
        for number in range(5):
            live(client, f"o-{number}")
        client.settle()
        rebuilder(client).start()
        client.settle()

        parity = rebuilder(client).compare()

        assert ((5, 5), 5, 0, True) == (
            parity.counts,
            parity.compared,
            parity.differ,
            parity.equal,
        )

    def test_of_all_finds_what_a_sample_may_miss(self, client):
        """
        One document of a thousand, whichever it is.
        """
        documents = [Document("t", f"{n:04}", 1, b"{}", {"total": n}) for n in range(1000)]
        models = client.embedded.ports.read_models
        models.put("a-v1", documents)
        models.put("a-v1-r2", [*documents[:500], replace(documents[500], body=b"[]")])
        models.put("a-v1-r2", documents[501:])

        parity = Comparison(models, models).of_all("a-v1", "a-v1-r2", nullcontext())

        assert ((1000, 1000), 1000, 1) == (parity.counts, parity.compared, parity.differ)
        assert ("t/0500 has another content",) == parity.examples

    def test_of_all_sees_no_difference_in_a_delivery_under_way(self, client):
        """
        What came to one of the two while it was read is looked at again, once the other has it.
        """
        old = [Document("t", f"{n:04}", 1, b"{}", {}) for n in range(10)]
        new = [replace(old[3], version=2), Document("t", "late", 1, b"{}", {})]
        models = client.embedded.ports.read_models
        models.put("a-v1", [*old, *new])
        models.put("a-v1-r2", old)

        @contextmanager
        def delivered():
            models.put("a-v1-r2", new)
            yield

        found = Comparison(models, models)

        assert Parity((11, 10), 11, 2, SEEN) == found.of_all("a-v1", "a-v1-r2", nullcontext())
        assert Parity((11, 11), 11, 0, ()) == found.of_all("a-v1", "a-v1-r2", delivered())


class TestRollBack:
    def test_finds_all_that_was_written_meanwhile(self, client):
        """
        The index before is fed as long as it is kept; a switch and a roll-back lose nothing.
        """
        live(client, "o-1")
        client.settle()
        rebuilder(client).start()
        client.settle()
        live(client, "o-2")
        client.settle()

        rebuilder(client).roll_back()

        assert FIRST == live_index(client)
        assert "shipped" == client.one("/api/orders/{orderId}", orderId="o-2")["status"]
        live(client, "o-3")
        client.settle()
        rebuilder(client).roll_back()
        assert fold(client) == shown(client) == held_by(client, FIRST)


@dataclass(frozen=True)
class Outline:
    """A later version of an order's details, with one field."""

    order_id: Identifier
    number: int


def outline(document, recorded):
    """Count the events of an order."""
    number = document.number if document else 0
    return Outline(recorded.data.order_id, number + 1)


LATER = Projection("order-details", 3, ("Order",), order_details.paths, Outline, outline)
VIEW = One("/api/orders/{orderId}", LATER)


def with_later(projection):
    return replace(orders, projections=(projection,), views=(VIEW,))


def asked(client, projection):
    """The document of o-1, as a view of a projection answers."""
    view = One("/api/orders/{orderId}", projection)
    return client.system.queries.one(view, Question("default", [], {"orderId": "o-1"})).body


class TestANewVersion:
    @pytest.fixture(name="written")
    def _written(self, settings):
        """A folder in which the present version was filled."""
        with Embedded.assemble(settings) as embedded:
            client = Client(embedded)
            live(client, "o-1")
            client.settle()
        return settings

    def test_answers_once_it_is_filled(self, written):
        """
        Until then the one that it supersedes does, and is kept up to date.
        """
        later = replace(LATER, supersedes=order_details)
        with Embedded.assemble(written, [with_later(later)]) as embedded:
            client = Client(embedded)
            before = json.loads(asked(client, later))
            client.command("DeliverOrder", {"orderId": "o-1", "receivedBy": "Ada"})
            client.settle()

            assert ("shipped", 3) == (before["status"], before["version"])
            assert {"orderId": "o-1", "number": 5} == json.loads(asked(client, later))
            lineup = rebuilder(client).lineup()
            assert ("order-details-v3", FIRST, None) == (lineup.live, lineup.previous, lineup.next)
            rebuilder(client).roll_back()
            assert "delivered" == json.loads(asked(client, later))["status"]

    def test_that_supersedes_nothing_shows_nothing_before(self, written):
        """
        A query is told that it is being built; of an index half filled it sees nothing.
        """
        with Embedded.assemble(written, [with_later(LATER)]) as embedded:
            client = Client(embedded)
            with pytest.raises(BeingBuilt, match="order-details"):
                asked(client, LATER)
            client.settle()

            assert {"orderId": "o-1", "number": 3} == json.loads(asked(client, LATER))
            assert ([], []) == held_by(client, FIRST)

    def test_can_be_taken_back(self, written):
        """
        The code before fills its index anew, as nobody has fed it meanwhile.
        """
        with Embedded.assemble(written, [with_later(LATER)]) as embedded:
            client = Client(embedded)
            client.command("DeliverOrder", {"orderId": "o-1", "receivedBy": "Ada"})
            client.settle()
        with Embedded.assemble(written) as embedded:
            client = Client(embedded)
            with pytest.raises(BeingBuilt):
                client.one("/api/orders/{orderId}", orderId="o-1")
            client.settle()

            assert "delivered" == client.one("/api/orders/{orderId}", orderId="o-1")["status"]
            assert fold(client) == shown(client)
            assert ([], []) == held_by(client, "order-details-v3")

    def test_supersedes_an_older_one_of_its_name(self, settings):
        """
        Anything else is refused at the start.
        """
        for before in (LATER, replace(order_details, name="another")):
            wrong = with_later(replace(LATER, supersedes=before))
            with pytest.raises(Misconfigured, match="order-details-v3 can't supersede"):
                Embedded.assemble(settings, [wrong])

    def test_has_fields_of_its_own(self, written):
        """
        Other fields in the same version are refused, and it is said what to do.
        """
        wrong = with_later(replace(LATER, version=2))
        with pytest.raises(Misconfigured, match="raise its projection's version"):
            Embedded.assemble(written, [wrong])

    def test_whose_index_was_lost_is_filled_again(self, written):
        """
        As if someone had dropped it by hand: nothing is shown before it is whole again.
        """
        with Embedded.assemble(written) as embedded:
            embedded.ports.read_models.drop(FIRST)
        with Embedded.assemble(written) as embedded:
            client = Client(embedded)
            with pytest.raises(BeingBuilt):
                client.one("/api/orders/{orderId}", orderId="o-1")
            client.settle()
            assert fold(client) == shown(client)


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
        assert State.DONE == last(client).state
        assert fold(client) == shown(client)
