"""The read path over real adapters: duplicates, disorder, gaps, crashes and poison."""

import itertools
import json
import random
from dataclasses import dataclass, replace

import pytest

from chalicelib.adapters.embedded.positions import SqlitePositions
from chalicelib.domain.orders import orders
from chalicelib.domain.orders.events import OrderPaid
from chalicelib.domain.orders.projections import order_details, sales
from chalicelib.kernel.commit import Path
from chalicelib.kernel.errors import (
    Misconfigured,
    NotYetVisible,
    Parked,
    SchemaViolation,
    Unavailable,
)
from chalicelib.kernel.projection import Projection
from chalicelib.kernel.stream import StreamId
from chalicelib.kernel.views import Many, One
from chalicelib.services.answer_cache import AnswerCache
from chalicelib.services.consistency import decode_token
from chalicelib.services.event_router import Topic
from chalicelib.services.governance.policy_engine import Decision, Reason
from chalicelib.services.parking import Parking
from chalicelib.services.positions import Position
from chalicelib.services.projections import ProjectionHandler
from chalicelib.services.queries import QueryService, Question
from chalicelib.services.read_models import Document
from chalicelib.wiring.embedded import Embedded
from tests.support.client import Client
from tests.support.clock import ManualClock

pytestmark = [pytest.mark.requirement("R5"), pytest.mark.requirement("T8")]

STREAM = StreamId("default", "Order", "o-1")


@dataclass(frozen=True)
class Counter:
    """How many events a stream has: counted up, so it shows what is applied twice."""

    events: int


def count(document, recorded):
    return Counter(document.events + 1 if document else 1)


def live(client, order_id="o-1", total=99.99):
    """The whole life of an order: four commits, five events."""
    order = {"orderId": order_id}
    client.command("PlaceOrder", {**order, "customerId": "c-1", "totalAmount": total})
    client.command("PayOrder", {**order, "paymentId": f"pay-{order_id}", "amount": total})
    client.command("ShipOrder", {**order, "carrier": "DHL", "trackingNumber": f"t-{order_id}"})
    return client.command("DeliverOrder", {**order, "receivedBy": "Ada"})


def commits(client):
    return [commit for _, commit in client.embedded.ports.events.changes(0, 1000)]


def handler_of(client, projection):
    found = {handler.projection.name: handler for handler in client.system.projections}
    return found[projection.name]


def documents(client, projection, *ids):
    read_models = client.embedded.ports.read_models
    return [read_models.get(projection.index, "default", each) for each in ids]


class TestDelivery:
    @pytest.mark.parametrize("projection", [order_details, sales])
    @pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::5])
    def test_any_order_one_at_a_time_gives_the_same(self, client, projection, order):
        """
        However the commits of a stream arrive, its document is the fold of the log.
        """
        live(client)
        handler, feed = handler_of(client, projection), commits(client)
        handler.handle(feed)
        (expected,) = documents(client, projection, "o-1")
        fresh = with_fresh_index(handler)

        for number in order:
            fresh.handle([feed[number]])

        assert expected == fresh._read_models.get(fresh.consumer, "default", "o-1")

    def test_duplicates_in_shuffled_batches_give_the_same(self, client):
        """
        Ten orders, each commit three times, in random batches: totals are those of the log.
        """
        for number in range(10):
            live(client, f"o-{number}")
        client.settle()
        chance = random.Random(7)
        feed = commits(client) * 3
        chance.shuffle(feed)
        expected = client.totals("/api/sales")
        handler = handler_of(client, sales)

        while feed:
            size = chance.randint(1, 7)
            handler.handle(feed[:size])
            feed = feed[size:]

        assert expected == client.totals("/api/sales")
        assert [(10, 999.9)] == [(row["orders"], float(row["totalAmount"])) for row in expected]

    def test_a_lost_commit_is_read_from_the_store(self, client):
        """
        A commit that never arrives is filled in when the next one shows the gap.
        """
        live(client)
        _, paid, _, last = commits(client)
        handler = handler_of(client, order_details)

        handler.handle([last])
        handler.handle([paid])

        (document,) = documents(client, order_details, "o-1")
        assert ("pay-o-1", 5) == (json.loads(document.body)["paymentId"], document.version)
        position = client.embedded.ports.positions.get(handler.consumer, STREAM)
        assert Position(5) == position

    def test_a_path_is_contiguous_by_itself(self, client):
        """
        A consumer of the core path counts core versions only; one of both counts all.
        """
        live(client)
        client.settle()
        positions = client.embedded.ports.positions

        assert 4 == positions.get(sales.index, STREAM).version
        assert 5 == positions.get(order_details.index, STREAM).version

    def test_what_is_not_for_it_needs_not_be_readable(self, client):
        """
        A commit of the other path only, whose events can't be decoded, is no poison.
        """
        live(client)
        handler = handler_of(client, sales)
        aside = with_fresh_index(handler, frozenset({Path.SECONDARY}))
        aside._codec = SecondaryOnly(handler._codec)

        aside.handle(commits(client))

        positions = client.embedded.ports.positions
        assert Position(5) == positions.get(aside.consumer, STREAM)

    @pytest.mark.parametrize("failure", [Unavailable, Misconfigured])
    def test_no_record_is_to_blame_for_what_is_around_it(self, client, failure):
        """
        The batch comes again; nothing is parked.
        """
        live(client)
        aside = with_fresh_index(handler_of(client, sales))
        away = Failing(failure("not now"))
        aside._documents = replace(aside._documents, read_models=away)

        with pytest.raises(failure):
            aside.handle(commits(client))

        assert [] == list(client.embedded.ports.positions.parked())
        assert [] == list(client.embedded.ports.dead_letters.all())


class SecondaryOnly:
    """A codec that can't decode commits without an event on the secondary path."""

    def __init__(self, codec):
        self._codec = codec

    def header(self, commit):
        return self._codec.header(commit)

    def unpack(self, commit):
        if Path.SECONDARY not in self.header(commit).paths:
            raise SchemaViolation("there is no such schema")
        return self._codec.unpack(commit)


class Failing:
    """Read models that fail with the same each time."""

    def __init__(self, failure):
        self._failure = failure

    def get(self, *_):
        raise self._failure


def with_fresh_index(handler, paths=None):
    """The same handler, on an index of its own."""
    projection = handler.projection
    name = f"{projection.name}-again"
    other = replace(projection, name=name, paths=paths or projection.paths)
    return ProjectionHandler(
        other,
        handler._events,
        handler._codec,
        handler._read_models,
        replace(handler._parking, consumer=other.index),
        handler._shapes,
    )


class Unreadable:
    """A codec whose schemas are missing."""

    def __getattr__(self, name):
        raise SchemaViolation("there is no such schema")


class CrashingPositions:
    """Goes away before it has advanced, once."""

    def __init__(self, positions):
        self._positions = positions
        self.crash = False

    def __getattr__(self, name):
        return getattr(self._positions, name)

    def advance(self, consumer, versions):
        if self.crash:
            self.crash = False
            raise Unavailable("the positions did not answer")
        self._positions.advance(consumer, versions)


def test_a_crash_between_document_and_position_applies_nothing_twice(settings):
    """
    The documents were written, the positions not: what comes again, and more, is folded on them.
    """
    counting = Projection("counting", 1, ("Order",), frozenset(Path), Counter, count)
    context = replace(orders, projections=(counting,), views=())
    with Embedded.assemble(
        settings,
        [context],
        adapt=lambda ports: replace(ports, positions=CrashingPositions(ports.positions)),
    ) as embedded:
        client = Client(embedded)
        live(client)
        (handler,) = client.system.projections
        embedded.ports.positions.crash = True

        with pytest.raises(Unavailable):
            handler.handle(commits(client)[:2])
        assert Position(0) == embedded.ports.positions.get(handler.consumer, STREAM)
        handler.handle(commits(client))

        assert Position(5) == embedded.ports.positions.get(handler.consumer, STREAM)
        document = embedded.ports.read_models.get(counting.index, "default", "o-1")
        assert b'{"events":5}' == document.body


def test_a_commit_of_another_aggregate_is_passed_over(client):
    """
    A path carries those of all aggregates.
    """
    live(client)
    handler = handler_of(client, order_details)
    foreign = StreamId("default", "Invoice", "o-1")

    handler.handle([replace(commit, stream=foreign) for commit in commits(client)])

    ports = client.embedded.ports
    assert Position() == ports.positions.get(handler.consumer, foreign)
    assert ([], []) == (list(ports.positions.parked()), list(ports.dead_letters.all()))


class TestPoison:
    @pytest.fixture(name="poisoned")
    def _poisoned(self, settings):
        """A projection that can't take the payment of order o-1, until told otherwise."""
        poison = {"order": "o-1"}

        def apply(document, recorded):
            if isinstance(recorded.data, OrderPaid) and recorded.data.order_id == poison["order"]:
                raise ZeroDivisionError("no such payment")
            return order_details.apply(document, recorded)

        broken = replace(order_details, apply=apply)
        views = tuple(
            replace(view, projection=broken)
            for view in orders.views
            if view.projection is order_details
        )
        context = replace(orders, projections=(broken,), views=views)
        with Embedded.assemble(settings, [context]) as embedded:
            yield Client(embedded), broken, poison

    def test_stops_its_stream_visibly_and_no_other(self, poisoned):
        """
        The stream shows what came before the poison; its neighbour is complete; health counts it,
        operations name it.
        """
        client, broken, _ = poisoned
        live(client, "o-1")
        token = live(client, "o-2").consistency_token
        client.settle()

        stopped, neighbour = documents(client, broken, "o-1", "o-2")

        assert (1, 5) == (stopped.version, neighbour.version)
        assert "delivered" == client.one("/api/orders/{orderId}", token, orderId="o-2")["status"]
        health = client.system.operations.health()
        assert ("ok", 1) == (health["status"], health["parkedCount"])
        (stopped,) = (p for m in client.system.operations.read_models() for p in m["parked"])
        assert {
            "consumer": "order-details-v2",
            "stream": "default/Order/o-1",
            "behind": 1,
            "reason": "ZeroDivisionError: no such payment",
            "waiting": stopped["waiting"],
        } == stopped

    def test_a_token_on_a_stopped_stream_is_told_so(self, poisoned):
        """
        Who waits for a write behind the poison learns that waiting is vain.
        """
        client, _, _ = poisoned
        token = live(client, "o-1").consistency_token
        client.settle()

        with pytest.raises(Parked, match="no such payment"):
            client.one("/api/orders/{orderId}", token, orderId="o-1")

    def test_the_poison_is_kept_with_its_bytes(self, poisoned):
        """
        The dead letter holds the commit that could not be applied, why, and how often it was tried.
        """
        client, broken, _ = poisoned
        live(client, "o-1")
        client.settle()

        (letter,) = client.embedded.ports.dead_letters.all()

        assert (broken.index, commits(client)[1]) == (letter.consumer, letter.commit)
        assert ("ZeroDivisionError: no such payment", 3) == (letter.reason, letter.attempts)

    def test_later_commits_wait_in_order(self, poisoned):
        """
        What is delivered behind the mark is counted, and nothing of it applied.
        """
        client, broken, _ = poisoned
        live(client, "o-1")
        client.settle()
        handler = handler_of(client, broken)

        handler.handle(commits(client)[2:3])
        handler.handle(commits(client)[3:])

        position = client.embedded.ports.positions.get(broken.index, STREAM)
        assert 1 == position.version
        assert position.waiting >= 2
        assert 1 == documents(client, broken, "o-1")[0].version

    def test_a_redrive_in_vain_says_so(self, poisoned):
        """
        With the cause still there the stream stays where it is, its letter counts the tries.
        """
        client, broken, _ = poisoned
        live(client, "o-1")
        client.settle()

        assert not handler_of(client, broken).redrive(STREAM)

        (letter,) = client.embedded.ports.dead_letters.all()
        assert (6, 1) == (letter.attempts, documents(client, broken, "o-1")[0].version)

    def test_a_redrive_drains_what_waits(self, poisoned):
        """
        With the cause mended, the poison and all behind it is applied; mark and letter are gone.
        """
        client, broken, poison = poisoned
        live(client, "o-1")
        client.settle()
        poison["order"] = "none"

        assert handler_of(client, broken).redrive(STREAM)

        (document,) = documents(client, broken, "o-1")
        assert (5, "delivered") == (document.version, json.loads(document.body)["status"])
        ports = client.embedded.ports
        assert Position(5) == ports.positions.get(broken.index, STREAM)
        assert ([], []) == (list(ports.positions.parked()), list(ports.dead_letters.all()))

    def test_what_is_delivered_during_a_redrive_is_drained_too(self, poisoned):
        """
        A delivery between the last read and the release is seen by its count, and not left behind.
        """
        client, broken, poison = poisoned
        order = {"orderId": "o-1"}
        client.command("PlaceOrder", {**order, "customerId": "c-1", "totalAmount": 5})
        client.command("PayOrder", {**order, "paymentId": "p-1", "amount": 5})
        client.settle()
        poison["order"] = "none"
        handler = handler_of(client, broken)
        write = handler._write

        def deliver_meanwhile(progress):
            write(progress)
            handler._write = write
            client.command("ShipOrder", {**order, "carrier": "DHL", "trackingNumber": "t-1"})
            handler.handle(commits(client)[-1:])

        handler._write = deliver_meanwhile
        assert handler.redrive(STREAM)

        assert Position(3) == client.embedded.ports.positions.get(broken.index, STREAM)
        assert 3 == documents(client, broken, "o-1")[0].version

    def test_a_crash_in_the_midst_of_parking_leaves_the_letter(self, poisoned):
        """
        It comes before the mark, and without one it is reason enough for a redrive to go on.
        """
        client, broken, poison = poisoned
        live(client, "o-1")
        handler, ports = handler_of(client, broken), client.embedded.ports

        class DiesBeforeTheMark:
            def __getattr__(self, name):
                return getattr(ports.positions, name)

            def park(self, *_):
                raise Unavailable("the positions did not answer")

        parking = handler._parking
        handler._parking = replace(parking, positions=DiesBeforeTheMark())
        with pytest.raises(Unavailable):
            handler.handle(commits(client))
        handler._parking = parking
        assert [2] == [letter.commit.version for letter in ports.dead_letters.all()]
        assert [] == list(ports.positions.parked())

        poison["order"] = "none"
        assert handler.redrive(STREAM)

        assert ([], Position(5)) == (
            list(ports.dead_letters.all()),
            ports.positions.get(broken.index, STREAM),
        )

    def test_a_letter_counts_its_own_tries(self, poisoned):
        """
        And not those of another commit of the stream.
        """
        client, broken, _ = poisoned
        live(client, "o-1")
        client.settle()
        letters = client.embedded.ports.dead_letters
        (letter,) = letters.all()
        letters.put(replace(letter, commit=commits(client)[0], attempts=50))

        handler_of(client, broken).redrive(STREAM)

        assert [50, 6] == [each.attempts for each in letters.all()]

    def test_a_redrive_takes_off_a_letter_that_is_none_of_its_business(self, settings):
        """
        What could not be read turns out to have no event for the projection: the letter goes.
        """
        secondary = replace(order_details, paths=frozenset({Path.SECONDARY}))
        context = replace(orders, projections=(secondary,), views=())
        with Embedded.assemble(settings, [context]) as embedded:
            client = Client(embedded)
            client.command("PlaceOrder", {"orderId": "o-1", "customerId": "c", "totalAmount": 5})
            (handler,) = client.system.projections
            codec, handler._codec = handler._codec, Unreadable()
            handler.handle(commits(client))
            assert [1] == [letter.commit.version for letter in embedded.ports.dead_letters.all()]
            handler._codec = codec

            assert handler.redrive(STREAM)

            assert [] == list(embedded.ports.dead_letters.all())
            assert Position() == embedded.ports.positions.get(handler.consumer, STREAM)

    def test_the_tries_are_spaced_out(self, poisoned):
        """
        There is a pause between two tries, and none behind the last.
        """
        client, broken, _ = poisoned
        live(client, "o-1")
        handler = handler_of(client, broken)
        pauses: list[float] = []
        handler._sleep = pauses.append

        handler.handle(commits(client))

        assert [0.02, 0.04] == pauses

    def test_a_stop_right_after_the_release_keeps_its_letter(self, poisoned):
        """
        The stream stops again, further on, before the redrive has tidied up: that letter is kept.
        """
        client, broken, poison = poisoned
        order = {"orderId": "o-1"}
        client.command("PlaceOrder", {**order, "customerId": "c-1", "totalAmount": 5})
        client.command("PayOrder", {**order, "paymentId": "p-1", "amount": 5})
        client.settle()
        poison["order"] = "none"
        handler = handler_of(client, broken)
        ports = client.embedded.ports
        later = replace(commits(client)[-1], version=3)

        class ParksOnRelease:
            def __getattr__(self, name):
                return getattr(ports.positions, name)

            def release(self, *asked):
                released = ports.positions.release(*asked)
                Parking(broken.index, ports.positions, ports.dead_letters, ports.now).park(
                    later, 2, ValueError("again"), 3
                )
                return released

            def get(self, consumer, stream):
                position = ports.positions.get(consumer, stream)
                again = position.parked and position.parked.startswith("ValueError")
                return replace(position, parked=None) if again else position

        handler._parking = replace(handler._parking, positions=ParksOnRelease())
        assert handler.redrive(STREAM)

        assert [3] == [letter.commit.version for letter in ports.dead_letters.all()]


class OldList:
    """Positions whose list of parked streams shows none of them yet."""

    def __init__(self, positions):
        self._positions = positions

    def __getattr__(self, name):
        return getattr(self._positions, name)

    def parked(self, consumer=None):
        return []


@pytest.mark.requirement("R8")
class TestRouterPoison:
    @pytest.fixture(name="strict")
    def _strict(self, settings):
        """A system whose policies deny to publish o-1's payment, until told otherwise."""
        said = {"no": "Order/o-1"}

        class Strict:
            def __init__(self, engine):
                self._engine = engine
                self.digest = engine.digest

            def decide(self, package, question):
                event = question.get("event", {})
                stream = f"{question['stream']['aggregate']}/{question['stream']['id']}"
                paid = event.get("type") == "orders.OrderPaid"
                if paid and question["point"] == "route" and stream == said["no"]:
                    return Decision(False, (Reason("nexus.events.test", "not this"),), "")
                return self._engine.decide(package, question)

        with Embedded.assemble(
            settings, adapt=lambda ports: replace(ports, policies=Strict(ports.policies))
        ) as embedded:
            yield Client(embedded), said

    def test_a_commit_that_may_not_be_published_stops_its_stream(self, strict):
        """
        Nothing of the stream is published from there on; its neighbours are, and it can go on.
        """
        client, said = strict
        live(client, "o-1")
        live(client, "o-2")
        client.settle()
        stopped, neighbour = documents(client, order_details, "o-1", "o-2")
        assert (1, 5) == (stopped.version, neighbour.version)
        assert not client.system.router.redrive(STREAM)

        said["no"] = "none"
        assert client.system.router.redrive(STREAM)
        client.settle()

        assert 5 == documents(client, order_details, "o-1")[0].version
        assert [] == list(client.embedded.ports.dead_letters.all())

    def test_bytes_that_are_no_event_of_their_schema_are_not_published(self, strict):
        """
        Though header and hash are in order: the payload is put to its schema again.
        """
        client, _ = strict
        client.command("PlaceOrder", {"orderId": "o-2", "customerId": "c", "totalAmount": 1})
        (placed,) = commits(client)
        codec, router = client.system.codec, client.system.router
        forged = codec.pack(STREAM, 1, codec.header(placed), [b"\x02no event"])
        published: list[tuple[str, list[int]]] = []
        router._bus = Recorder(published)

        router.handle([forged])

        assert [] == published
        (letter,) = client.embedded.ports.dead_letters.all()
        assert forged == letter.commit

    def test_what_another_contexts_command_produced_is_not_published(self, strict):
        """
        The commit's header names the command, and the event has another owner.
        """
        client, _ = strict
        client.command("PlaceOrder", {"orderId": "o-2", "customerId": "c", "totalAmount": 1})
        codec, router = client.system.codec, client.system.router
        header, payloads = codec._sealed.open(*commits(client))
        abroad = replace(header, command_type="inventory.ReserveStock")
        published: list[tuple[str, list[int]]] = []
        router._bus = Recorder(published)

        router.handle([codec.pack(STREAM, 1, abroad, payloads)])

        assert [] == published
        (letter,) = client.embedded.ports.dead_letters.all()
        assert "may not be produced by inventory.ReserveStock" in letter.reason

    def test_what_comes_behind_is_held_though_the_list_of_the_parked_is_behind(self, strict):
        """
        On AWS that list is an index, which may not show yet what was parked a moment ago.
        """
        client, _ = strict
        live(client, "o-1")
        published: list[tuple[str, list[int]]] = []
        router = client.system.router
        router._bus = Recorder(published)
        router._parking = replace(
            router._parking, positions=OldList(client.embedded.ports.positions)
        )

        for commit in commits(client):
            router.handle([commit])

        assert {1} == {version for _, versions in published for version in versions}

    def test_a_redrive_leaves_no_gap_though_the_letter_is_lost(self, strict):
        """
        A stream that was published stops at an early commit when all comes again; without its
        letter, nothing tells where: it is published from its start.
        """
        client, said = strict
        live(client, "o-1")
        client.settle()
        said["no"] = "none"
        assert client.system.router.redrive(STREAM)
        assert 5 == client.embedded.ports.positions.get("router", STREAM).version
        said["no"] = "Order/o-1"
        client.system.router.handle(commits(client))
        client.embedded.ports.dead_letters.remove("router", STREAM, 5)
        said["no"] = "none"
        published: list[tuple[str, list[int]]] = []
        client.system.router._bus = Recorder(published)

        assert client.system.router.redrive(STREAM)

        core = [version for topic, versions in published for version in versions if topic == "core"]
        assert [1, 2, 3, 4] == core


@pytest.mark.requirement("R7")
class TestConsistency:
    def test_a_query_waits_for_its_write(self, client):
        """
        Before the pump has run, the token is refused with what is there and what is wanted.
        """
        token = live(client).consistency_token

        with pytest.raises(NotYetVisible) as refused:
            client.one("/api/orders/{orderId}", token, orderId="o-1")

        assert ("Order/o-1", 0, 5) == (
            refused.value.stream,
            refused.value.have,
            refused.value.want,
        )
        client.settle()
        assert 5 == client.one("/api/orders/{orderId}", token, orderId="o-1")["version"]

    @pytest.mark.parametrize(("wait", "at_most"), [(0.0, 0), (2.0, 2), (60.0, 10)])
    def test_waiting_is_counted_in_time(self, client, wait, at_most):
        """
        However long a look takes (here, a second): none begins when the time is over.
        """
        clock = ManualClock()
        positions = SlowPositions(client.embedded.folder, clock)
        ports = client.embedded.ports
        queries = QueryService(
            ports.read_models,
            ports.lineups,
            positions,
            client.system.shapes,
            ports.now,
            AnswerCache(),
            clock.sleep,
            clock.seconds,
        )
        mark = decode_token(live(client).consistency_token)
        asked = Question("default", [], {"orderId": "o-1"}, mark, wait)

        with pytest.raises(NotYetVisible):
            queries.one(One("/api/orders/{orderId}", order_details), asked)

        assert at_most <= clock.seconds() <= at_most + 1


class SlowPositions(SqlitePositions):
    """Takes a second to tell a position."""

    def __init__(self, folder, clock):
        super().__init__(folder.positions)
        self._clock = clock

    def get(self, consumer, stream):
        self._clock.sleep(1)
        return super().get(consumer, stream)


@pytest.mark.requirement("R6")
class TestQueries:
    @pytest.fixture(name="busy")
    def _busy(self, client):
        """Thirty orders of three customers, each third one paid."""
        for number in range(30):
            order = {"orderId": f"o-{number:02}", "customerId": f"c-{number % 3}"}
            total = 10 + number + 0.99
            client.command("PlaceOrder", {**order, "totalAmount": total})
            if number % 3 == 0:
                payment = {"orderId": f"o-{number:02}", "paymentId": "p", "amount": total}
                client.command("PayOrder", payment)
        client.settle()
        return client

    def test_filters_sort_and_pages(self, busy):
        """
        Pages of a filtered, sorted list join to the whole, each order once.
        """
        found = busy.many(
            "/api/orders",
            ("status", "placed"),
            ("totalAmount[gte]", "20.99"),
            ("sort", "-totalAmount"),
            ("limit", "3"),
        )

        expected = [f"o-{n:02}" for n in reversed(range(10, 30)) if n % 3]
        assert expected == [order["orderId"] for order in found]

    def test_searches_words(self, busy):
        """
        Words, or their beginnings, all of them, wherever in the order they stand.
        """
        assert 10 == len(busy.many("/api/orders", ("q", "PAI c")))
        assert ["o-07"] == [order["orderId"] for order in busy.many("/api/orders", ("q", "07"))]
        assert [] == busy.many("/api/orders", ("q", "paid placed"))

    def test_lists_a_customers_orders(self, busy):
        """
        A customer's orders are that customer's, newest first.
        """
        found = busy.many("/api/customers/{customerId}/orders", customerId="c-1")

        assert [f"o-{n:02}" for n in reversed(range(1, 30, 3))] == [
            order["orderId"] for order in found
        ]

    def test_a_page_of_large_documents_is_short(self, client):
        """
        It ends at 4 MB, and the next goes on; a document that is larger comes alone.
        """
        sizes = [1, 2, 2, 5, 1, 3, 1]
        client.embedded.ports.read_models.put(
            order_details.index,
            [
                Document("default", f"o-{n}", 1, b" " * (size << 20), {"placedAt": f"{n}"})
                for n, size in enumerate(sizes)
            ],
        )
        view = Many("/api/orders", order_details, sort="placedAt")
        pages: list[list[int]] = []
        cursor: list[tuple[str, str]] = []
        while True:
            page = client.system.queries.many(view, Question("default", cursor, {}))
            pages.append([len(body) >> 20 for body in page.items])
            if page.next is None:
                break
            cursor = [("cursor", page.next)]

        assert [[1, 2], [2], [5], [1, 3], [1]] == pages

    def test_a_page_of_large_events_is_short(self, client):
        """
        So is that of a stream: each event is on one page, and none is left out.
        """
        live(client)
        sizes = iter([1, 3, 1, 1, 5, 5, 1, 1])  # what ends a page is rendered again
        pages, cursor = [], None
        while True:
            page = client.system.streams.page(
                STREAM, cursor, 50, lambda _: bytes(next(sizes) << 20)
            )
            pages.append([len(body) >> 20 for body in page.events])
            cursor = page.next
            if cursor is None:
                break

        assert [[1, 3], [1], [5], [1]] == pages

    def test_sums_sales(self, busy):
        """
        Sales by day and status are exact sums of the orders' amounts.
        """
        rows = {row["status"]: row for row in busy.totals("/api/sales")}

        paid = sum(1099 + 100 * n for n in range(0, 30, 3))
        assert (10, paid) == (rows["paid"]["orders"], int(rows["paid"]["totalAmount"] * 100))
        assert 20 == rows["placed"]["orders"]


@pytest.mark.requirement("T6")
def test_each_path_carries_its_own(client):
    """
    The router sends a commit along every path that one of its events belongs to.
    """
    live(client)
    published: list[tuple[str, list[int]]] = []
    client.system.router._bus = Recorder(published)
    client.system.router.handle(commits(client))

    assert [("core", [1, 2, 3, 4]), ("secondary", [4])] == published


class Recorder:
    """A bus that only tells what it was given."""

    def __init__(self, published):
        self._published = published

    def publish(self, topic, commits):
        self._published.append((topic.value, [commit.version for commit in commits]))


@pytest.mark.requirement("R5")
def test_a_new_projection_sees_all_that_was_before_it(settings):
    """
    A projection added to a folder with history, which the bus has forgotten, is complete.
    """
    with Embedded.assemble(settings, [replace(orders, projections=(sales,), views=())]) as embedded:
        client = Client(embedded)
        for number in range(3):
            live(client, f"o-{number}")
        client.settle()
        assert [] == embedded.ports.bus.records(Topic.CORE, 0, 10)
    for _ in range(2):
        with Embedded.assemble(settings) as embedded:
            client = Client(embedded)
            client.settle()

            found = documents(client, order_details, "o-0", "o-1", "o-2")
            assert [5, 5, 5] == [document.version for document in found]
