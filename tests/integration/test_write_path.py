"""The write path over real adapters, and over stores that behave as a distributed one may."""

import random
import string
import threading
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest

from chalicelib.domain.orders import orders
from chalicelib.domain.orders.commands import PlaceOrder
from chalicelib.domain.orders.events import OrderPaid
from chalicelib.domain.orders.order import order
from chalicelib.kernel.commit import GENESIS, Principal, SnapshotDue
from chalicelib.kernel.errors import (
    AlreadyExists,
    CommitTooLarge,
    CorruptStream,
    Forbidden,
    IdempotencyKeyReused,
    InvalidInput,
    NotFound,
    Rejected,
    Unavailable,
    VersionConflict,
    VersionMismatch,
)
from chalicelib.kernel.stream import StreamId
from chalicelib.services.command_handler import RACES, CommandHandler, CommandRequest
from chalicelib.services.governance.policy_engine import Decision, Reason
from chalicelib.services.governance.provenance import Request
from chalicelib.wiring.embedded import Embedded
from tests.support.client import DEVELOPER, Client
from tests.support.clock import ManualClock
from tests.support.stores import ForgetfulStore, LaggingStore, RacingStore, WrappedStore

pytestmark = [pytest.mark.requirement("R2"), pytest.mark.requirement("T5")]

ORDER = {"orderId": "o-1", "customerId": "c-1", "totalAmount": 99.99}
PAYMENT = {"orderId": "o-1", "paymentId": "pay-1", "amount": 99.99}
SHIPMENT = {"orderId": "o-1", "carrier": "DHL", "trackingNumber": "t-1"}
CANCEL = ("CancelOrder", {"orderId": "o-1"})
STREAM = StreamId("default", "Order", "o-1")
LIFE: list[tuple[str, Mapping[str, object]]] = [
    ("PlaceOrder", ORDER),
    ("PayOrder", PAYMENT),
    ("ShipOrder", SHIPMENT),
    ("DeliverOrder", {"orderId": "o-1"}),
]


def commits(client, stream=STREAM):
    return list(client.embedded.ports.events.read(stream, strong=True))


def recorded_types(settings):
    with Embedded.assemble(settings) as embedded:
        return [
            event.schema.type for header in headers(Client(embedded)) for event in header.events
        ]


def headers(client):
    codec = client.system.router._codec
    return [codec.header(commit) for commit in commits(client)]


class TestAnswer:
    def test_names_stream_version_events_and_token(self, client):
        """
        A command's answer says where it led, and brings the token to read it back.
        """
        result = client.command("PlaceOrder", ORDER)

        assert ("default/Order/o-1", 1) == (str(result.stream), result.version)
        assert (("default/Order/o-1@1", "orders.OrderPlaced"),) == result.events
        client.settle()
        order = client.one("/api/orders/{orderId}", result.consistency_token, orderId="o-1")
        assert ("placed", 99.99, 1) == (order["status"], order["totalAmount"], order["version"])

    def test_several_events_are_one_commit(self, client):
        """
        All events of a command are stored together, and the version counts events.
        """
        for name, data in (("PlaceOrder", ORDER), ("PayOrder", PAYMENT), ("ShipOrder", SHIPMENT)):
            client.command(name, data)

        delivered = client.command("DeliverOrder", {"orderId": "o-1"})

        assert 5 == delivered.version
        assert ["orders.OrderDelivered", "orders.FeedbackInvited"] == [
            kind for _, kind in delivered.events
        ]
        assert [(1, 1), (2, 1), (3, 1), (4, 2)] == [(c.version, c.count) for c in commits(client)]

    def test_nothing_to_do_is_an_answer_without_events(self, client):
        """
        The same payment reported twice is accepted, and stores nothing.
        """
        client.command("PlaceOrder", ORDER)
        client.command("PayOrder", PAYMENT)

        again = client.command("PayOrder", PAYMENT)

        assert ((), 2) == (again.events, again.version)
        assert 2 == len(commits(client))


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "data", "kind"),
        [
            ("FlyOrder", ORDER, NotFound),
            ("PlaceOrder", {}, InvalidInput),
            ("PlaceOrder", [], InvalidInput),
            ("PlaceOrder", {**ORDER, "totalAmount": "99.99"}, InvalidInput),
            ("PlaceOrder", {**ORDER, "extra": 1}, InvalidInput),
            ("PlaceOrder", {**ORDER, "orderId": "a/b"}, InvalidInput),
            ("PlaceOrder", {**ORDER, "orderId": ".."}, InvalidInput),
            ("PayOrder", PAYMENT, NotFound),
        ],
    )
    def test_store_nothing(self, client, name, data, kind):
        """
        What is refused, whatever the stage, leaves no trace in the store.
        """
        with pytest.raises(kind):
            client.command(name, data)

        assert [] == client.embedded.ports.events.changes(0, 10)

    def test_a_second_order_of_an_id_shows_the_first(self, client):
        """
        AlreadyExists carries the present state.
        """
        client.command("PlaceOrder", ORDER)

        with pytest.raises(AlreadyExists) as refused:
            client.command("PlaceOrder", {**ORDER, "customerId": "c-2"})

        assert "c-1" == refused.value.state.customer_id

    def test_a_commit_above_the_limit_is_refused_whole(self, client):
        """
        An order whose one event is beyond 400 KB packed is refused, and nothing of it stored.
        """
        chance = random.Random(1)
        alphabet = string.ascii_letters + string.digits
        lines = [
            {"productId": "".join(chance.choices(alphabet, k=128)), "quantity": 1, "unitPrice": 1}
            for _ in range(5000)
        ]

        with pytest.raises(CommitTooLarge):
            client.command("PlaceOrder", {**ORDER, "totalAmount": 5000, "lines": lines})

        assert [] == client.embedded.ports.events.changes(0, 10)

    def test_a_stale_expectation_is_refused(self, client):
        """
        If-Match lets a command through at its version only.
        """
        client.command("PlaceOrder", ORDER, if_match=0)

        with pytest.raises(VersionMismatch) as refused:
            client.command("PayOrder", PAYMENT, if_match=2)

        assert (2, 1) == (refused.value.expected, refused.value.actual)
        assert 2 == client.command("PayOrder", PAYMENT, if_match=1).version


class TestIdempotency:
    def test_a_repeat_gets_the_same_answer(self, client):
        """
        The same key and input is answered as before, marked, after other commits landed too.
        """
        first = client.command("PlaceOrder", ORDER, key="k-1")
        client.command("PayOrder", PAYMENT)

        again = client.command("PlaceOrder", ORDER, key="k-1")

        assert replace(first, replayed=True) == again
        assert 2 == len(commits(client))

    def test_a_key_belongs_to_its_input(self, client):
        """
        The key with other input, or for another command, is refused.
        """
        client.command("PlaceOrder", ORDER, key="k-1")

        with pytest.raises(IdempotencyKeyReused):
            client.command("PlaceOrder", {**ORDER, "totalAmount": 1}, key="k-1")
        with pytest.raises(IdempotencyKeyReused):
            client.command("PayOrder", PAYMENT, key="k-1")

    def test_an_effective_time_is_input_too(self, client):
        """
        The same data, effective at another time, is another input.
        """
        client.command("PlaceOrder", ORDER, key="k-1")

        with pytest.raises(IdempotencyKeyReused):
            client.command("PlaceOrder", ORDER, key="k-1", effective_at=datetime.now(UTC))

    def test_equal_input_may_be_spelled_differently(self, client):
        """
        The input counts as validated: defaults and number forms make no difference.
        """
        client.command("PlaceOrder", ORDER, key="k-1")

        again = client.command("PlaceOrder", {"currency": "USD", "lines": [], **ORDER}, key="k-1")

        assert again.replayed

    def test_a_key_is_scoped_to_its_stream(self, client):
        """
        Another order may use the same key.
        """
        client.command("PlaceOrder", ORDER, key="k-1")

        assert not client.command("PlaceOrder", {**ORDER, "orderId": "o-2"}, key="k-1").replayed

    def test_survives_snapshots_and_restarts(self, settings):
        """
        What a stream remembers of its commands travels in the snapshot.
        """
        with Embedded.assemble(replace(settings, snapshot_interval=2)) as embedded:
            client = Client(embedded)
            first = client.command("PlaceOrder", ORDER, key="k-1")
            client.command("PayOrder", PAYMENT)
            client.settle()
            assert embedded.ports.snapshots.latest(STREAM).version == 2
        with Embedded.assemble(settings) as embedded:
            again = Client(embedded).command("PlaceOrder", ORDER, key="k-1")

        assert replace(first, replayed=True) == again


def system_over(settings, store):
    """The embedded system, its event store wrapped."""
    return Embedded.assemble(
        settings, adapt=lambda ports: replace(ports, events=store(ports.events))
    )


@contextmanager
def behind(settings, *commands):
    """A process that has just started, whose reads lack the last of some commands."""
    with Embedded.assemble(settings) as embedded:
        for name, data in commands:
            Client(embedded).command(name, data, key=f"{name}-1")
    with system_over(settings, LaggingStore) as embedded:
        yield Client(embedded)


@pytest.mark.requirement("R1")
class TestStaleReads:
    def test_a_refusal_reached_on_old_state_is_decided_again(self, settings):
        """
        The payment isn't seen at first: shipping, refused on that, succeeds on a strong read.
        """
        with behind(settings, ("PlaceOrder", ORDER), ("PayOrder", PAYMENT)) as client:
            assert 3 == client.command("ShipOrder", SHIPMENT).version

    def test_nothing_to_do_on_old_state_is_decided_again(self, settings):
        """
        A payment is reported twice: the answer knows of the shipment that isn't seen at first.
        """
        with behind(settings, *LIFE[:3]) as client:
            again = client.command("PayOrder", PAYMENT)

        assert ((), 3) == (again.events, again.version)

    def test_a_repeat_and_an_expectation_are_judged_on_a_strong_read(self, settings):
        """
        Neither a repeat is missed nor If-Match refused for a commit that isn't seen yet.
        """
        with behind(settings, ("PlaceOrder", ORDER)) as client:
            assert client.command("PlaceOrder", ORDER, key="PlaceOrder-1").replayed
        with behind(settings, ("PlaceOrder", {**ORDER, "orderId": "o-2"})) as client:
            paid = client.command("PayOrder", {**PAYMENT, "orderId": "o-2"}, if_match=1)
            assert 2 == paid.version

    def test_a_true_refusal_stays_one(self, settings):
        """
        What the strong read refuses too is refused.
        """
        with system_over(settings, LaggingStore) as embedded, pytest.raises(NotFound):
            Client(embedded).command("PayOrder", PAYMENT)


class TestRaces:
    def racing(self, settings, *rivals):
        stores = []

        def store(inner):
            stores.append(RacingStore(inner))
            return stores[0]

        embedded = system_over(settings, store)
        client = Client(embedded)
        client.command("PlaceOrder", ORDER)
        stores[0].rivals = [partial(client.command, name, data) for name, data in rivals]
        return embedded, client

    def test_the_loser_decides_again(self, settings):
        """
        A payment that lost its version to a cancellation is refused by it, not written behind it.
        """
        embedded, client = self.racing(settings, ("CancelOrder", {"orderId": "o-1"}))

        with embedded, pytest.raises(Rejected, match="cancelled"):
            client.command("PayOrder", PAYMENT)

        assert ["orders.OrderPlaced", "orders.OrderCancelled"] == recorded_types(settings)

    def test_a_race_lost_for_good_is_a_conflict(self, settings):
        """
        A command that loses every time gives up, and says so.
        """

        class BusyStore(RacingStore):
            def append(self, commit):
                if self.rivals:
                    raise VersionConflict(str(commit.stream), commit.version)
                super().append(commit)

        with system_over(settings, BusyStore) as embedded:
            client = Client(embedded)
            client.command("PlaceOrder", ORDER)
            embedded.ports.events.rivals = [None]
            pauses: list[float] = []
            client.system.commands._handlers["PayOrder"]._sleep = pauses.append

            with pytest.raises(VersionConflict):
                client.command("PayOrder", PAYMENT)

            assert 1 == len(commits(client))
            longest = [0.005, 0.01, 0.02, 0.04, 0.08]
            assert all(0 <= pause <= most for pause, most in zip(pauses, longest, strict=True))

    def test_a_refusal_behind_lost_races_is_told_as_one(self, settings):
        """
        The last race that may be lost but one brings what refuses it: that is no conflict.
        """

        class TellingStore(RacingStore):
            strong = False
            conflicts = 0

            def append(self, commit):
                if self.conflicts:
                    self.conflicts -= 1
                    raise VersionConflict(str(commit.stream), commit.version)
                try:
                    super().append(commit)
                except VersionConflict as lost:
                    rivals = list(self.read(commit.stream, after=commit.version - 1))
                    raise VersionConflict(str(commit.stream), commit.version, rivals) from lost

        with system_over(settings, TellingStore) as embedded:
            client = Client(embedded)
            client.command("PlaceOrder", ORDER)
            store, cancel = embedded.ports.events, partial(client.command, *CANCEL)
            store.conflicts = RACES - 2

            def pause(_):
                if not store.conflicts:
                    store.rivals = [cancel]

            client.system.commands._handlers["PayOrder"]._sleep = pause

            with pytest.raises(Rejected, match="cancelled"):
                client.command("PayOrder", PAYMENT)

    @pytest.mark.requirement("R1")
    def test_sixteen_threads_pay_one_order(self, client):
        """
        Of sixteen different payments at once exactly one is recorded.
        """
        client.command("PlaceOrder", ORDER)
        outcomes = []

        def pay(number):
            try:
                client.command("PayOrder", {**PAYMENT, "paymentId": f"pay-{number}"})
                outcomes.append("paid")
            except (Rejected, VersionConflict) as error:
                outcomes.append(type(error).__name__)

        threads = [threading.Thread(target=pay, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert ("paid", 16) == (min(outcomes, key=lambda o: o != "paid"), len(outcomes))
        assert 1 == outcomes.count("paid")
        assert [1, 2] == [commit.version for commit in commits(client)]


def test_what_can_not_be_read_is_not_written(settings):
    """
    An event that the stream's state can't take would block the stream for good.
    """

    def evolve(state, event):
        if isinstance(event, OrderPaid):
            raise ZeroDivisionError("no such payment")
        return order.decider.evolve(state, event)

    broken = replace(order, decider=replace(order.decider, evolve=evolve))
    with Embedded.assemble(settings, [replace(orders, aggregates=(broken,))]) as embedded:
        client = Client(embedded)
        client.command("PlaceOrder", ORDER)

        with pytest.raises(ZeroDivisionError):
            client.command("PayOrder", PAYMENT)

        assert 1 == len(commits(client))


@pytest.mark.requirement("R1")
def test_a_retry_after_a_lost_answer_finds_its_own_commit(settings):
    """
    The commit was stored but the answer lost: the same key gets that commit's answer.
    """
    with system_over(settings, ForgetfulStore) as embedded:
        client = Client(embedded)
        embedded.ports.events.lost_answers = 1

        with pytest.raises(Unavailable):
            client.command("PlaceOrder", ORDER, key="k-1")

        assert client.command("PlaceOrder", ORDER, key="k-1").replayed
        assert 1 == len(commits(client))


@pytest.mark.requirement("R9")
class TestPolicies:
    def test_a_role_is_needed(self, embedded):
        """
        A clerk may place an order but not ship one; the refusal names the rule.
        """
        clerk = Client(embedded, Principal("user", "u-1", "default", ("orders.clerk",)))
        clerk.command("PlaceOrder", ORDER)

        with pytest.raises(Forbidden) as refused:
            clerk.command("ShipOrder", SHIPMENT)

        assert any("nexus.commands.roles" in reason for reason in refused.value.reasons)

    def test_an_event_that_may_not_be_recorded_is_not(self, settings):
        """
        The command is allowed, its event is not: nothing is stored.
        """

        class Strict:
            def __init__(self, engine):
                self._engine = engine
                self.digest = engine.digest

            def decide(self, package, question):
                if question.get("event", {}).get("type") == "orders.OrderPaid":
                    return Decision(False, (Reason("nexus.events.test", question["point"]),), "")
                return self._engine.decide(package, question)

        with Embedded.assemble(
            settings, adapt=lambda ports: replace(ports, policies=Strict(ports.policies))
        ) as embedded:
            client = Client(embedded)
            client.command("PlaceOrder", ORDER)

            with pytest.raises(Forbidden, match="append"):
                client.command("PayOrder", PAYMENT)

            assert 1 == len(commits(client))

    def test_another_contexts_command_produces_no_event_of_this_one(self, client):
        """
        Its principal may issue it, but the event has another owner: nothing is stored.
        """
        ours = next(each for each in client.system.commands.commands if each.kind is PlaceOrder)
        parts = (ours._loader, ours._writer, ours._shapes, ours._recent)
        foreign = CommandHandler("inventory", PlaceOrder, *parts)
        order = {**ORDER, "totalAmount": Decimal("99.99")}
        asked = CommandRequest(Request(DEVELOPER, correlation_id="test"), "c-1", order)

        with pytest.raises(Forbidden) as refused:
            foreign.handle(asked)

        (reason,) = refused.value.reasons
        assert "nexus.events.ownership: orders.OrderPlaced may not be produced by inv" in reason
        assert [] == commits(client)

    def test_tenants_are_apart(self, embedded):
        """
        The same id in another tenant is another order.
        """
        Client(embedded).command("PlaceOrder", ORDER)
        other = Client(embedded, replace(DEVELOPER, tenant="other"))

        assert "other/Order/o-1" == str(other.command("PlaceOrder", ORDER).stream)

    def test_effective_time_is_the_policies_business(self, client):
        """
        A day ago is recorded as such; tomorrow is refused.
        """
        now = datetime.now(UTC)
        client.command("PlaceOrder", ORDER, effective_at=now - timedelta(days=1))

        with pytest.raises(Forbidden):
            client.command("PayOrder", PAYMENT, effective_at=now + timedelta(days=1))

        (header,) = headers(client)
        assert now - timedelta(days=1) == header.events[0].effective_at


@pytest.mark.requirement("R9")
class TestRepeatsOfTheForbidden:
    """What was accepted stays accepted, for the one who asked; for others nothing is told."""

    clerk = Principal("user", "u-1", "default", ("orders.clerk",))

    @pytest.mark.parametrize("store", [lambda inner: inner, LaggingStore], ids=["strong", "stale"])
    def test_its_owner_gets_the_answer_without_the_role(self, settings, store):
        """
        The role has gone since; the command itself, under another key, is refused.
        """
        with system_over(settings, store) as embedded:
            first = Client(embedded, self.clerk).command("PlaceOrder", ORDER, key="k-1")
            dismissed = Client(embedded, replace(self.clerk, roles=()))

            again = dismissed.command("PlaceOrder", ORDER, key="k-1")

            assert replace(first, replayed=True) == again
            with pytest.raises(Forbidden):
                dismissed.command("PlaceOrder", ORDER, key="k-2")

    def test_its_effective_time_may_have_passed(self, settings):
        """
        It was open when the command was accepted, and is not any more: the repeat is answered.
        """
        clock = ManualClock(datetime.now(UTC))
        with Embedded.assemble(
            settings, adapt=lambda ports: replace(ports, now=clock.now)
        ) as embedded:
            client = Client(embedded)
            yesterday = clock.now() - timedelta(days=1)
            first = client.command("PlaceOrder", ORDER, key="k-1", effective_at=yesterday)
            clock.sleep(timedelta(days=1000).total_seconds())

            again = client.command("PlaceOrder", ORDER, key="k-1", effective_at=yesterday)

            assert replace(first, replayed=True) == again
            other = {**ORDER, "orderId": "o-2"}
            with pytest.raises(Forbidden):
                client.command("PlaceOrder", other, key="k-1", effective_at=yesterday)

    @pytest.mark.parametrize(
        ("principal", "data", "key"),
        [
            (replace(clerk, id="u-2", roles=()), ORDER, "k-1"),
            (replace(clerk, kind="service", roles=()), ORDER, "k-1"),
            (replace(clerk, roles=()), {**ORDER, "totalAmount": 1}, "k-1"),
            (replace(clerk, roles=()), {**ORDER, "orderId": "o-2"}, "k-1"),
            (replace(clerk, roles=()), ORDER, "k-2"),
        ],
        ids=["another", "another kind", "other input", "no stream", "other key"],
    )
    def test_nobody_else_learns_anything(self, embedded, principal, data, key):
        """
        Whether the order is there, or the key was used, the refusal is the same.
        """
        Client(embedded, self.clerk).command("PlaceOrder", ORDER, key="k-1")

        with pytest.raises(Forbidden) as refused:
            Client(embedded, principal).command("PlaceOrder", data, key=key)

        assert "may not issue orders.PlaceOrder" in str(refused.value)

    def test_a_damaged_stream_is_no_exception(self, settings):
        """
        Who may not ask is not even told that it is damaged.
        """

        class DamagedStore(WrappedStore):
            def tail(self, stream, *, limit, strong=False):
                raise CorruptStream(str(stream))

        with system_over(settings, DamagedStore) as embedded, pytest.raises(Forbidden):
            Client(embedded, replace(self.clerk, roles=())).command("PlaceOrder", ORDER, key="k")

    def test_who_may_ask_gets_the_answer_of_others(self, embedded):
        """
        A repeat by another principal that has the role is answered, as it might have read it.
        """
        Client(embedded, self.clerk).command("PlaceOrder", ORDER, key="k-1")

        assert Client(embedded).command("PlaceOrder", ORDER, key="k-1").replayed


@pytest.mark.requirement("T3")
class TestProvenance:
    def test_is_stamped_on_each_commit(self, client):
        """
        Who asked for what, under which policies and code, in which chain.
        """
        client.command("PlaceOrder", ORDER, key="k-1")
        client.command("PayOrder", PAYMENT)

        first, second = headers(client)

        assert ("k-1", "orders.PlaceOrder", DEVELOPER) == (
            first.command_id,
            first.command_type,
            first.principal,
        )
        assert client.embedded.ports.policies.digest == first.policy_digest.hex()
        assert 32 == len(first.code_digest)
        assert [GENESIS, commits(client)[0].hash] == [first.previous_hash, second.previous_hash]
        assert first.recorded_at < second.recorded_at

    def test_the_chain_covers_what_is_stored(self, client):
        """
        Each commit's hash is that of its content behind its predecessor's.
        """
        for name, data in (("PlaceOrder", ORDER), ("PayOrder", PAYMENT), ("ShipOrder", SHIPMENT)):
            client.command(name, data)

        previous = GENESIS
        for commit in commits(client):
            assert commit.hash == commit.computed_hash(previous)
            previous = commit.hash


@pytest.mark.requirement("R3")
class TestSnapshotTrigger:
    def test_the_verdict_is_in_the_header(self, settings):
        """
        A process that knows the stream takes it that a snapshot is taken when it is called for.
        """
        with Embedded.assemble(replace(settings, snapshot_interval=2)) as embedded:
            client = Client(embedded)
            for name, data in LIFE:
                client.command(name, data)

            no, count = SnapshotDue.NO, SnapshotDue.COUNT
            assert [no, count, no, count] == [header.snapshot_due for header in headers(client)]

    def test_a_fresh_process_calls_until_there_is_one(self, settings):
        """
        Every commit from the interval on calls for a snapshot, until one is taken.
        """
        verdicts = []
        for number, (name, data) in enumerate(LIFE, start=1):
            with Embedded.assemble(replace(settings, snapshot_interval=2)) as embedded:
                client = Client(embedded)
                client.command(name, data)
                verdicts.append(headers(client)[-1].snapshot_due)
                if number == 3:
                    client.settle()

        no, count = SnapshotDue.NO, SnapshotDue.COUNT
        assert [no, count, count, no] == verdicts
