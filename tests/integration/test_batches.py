"""Many commands at once: each with its own result, one load for a stream, streams side by side."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from chalicelib.kernel.errors import AlreadyExists, InvalidInput, NotFound, Unavailable
from chalicelib.kernel.stream import StreamId
from chalicelib.services.command_handler import CommandRequest, CommandResult
from chalicelib.services.governance.provenance import Request
from chalicelib.services.side_by_side import SideBySide
from chalicelib.wiring.embedded import Embedded
from tests.support.client import DEVELOPER, Client
from tests.support.stores import WrappedStore

pytestmark = [pytest.mark.requirement("R2"), pytest.mark.requirement("T5")]


def place(order):
    return "PlaceOrder", {"orderId": order, "customerId": "c-1", "totalAmount": 5}


def pay(order):
    return "PayOrder", {"orderId": order, "paymentId": f"p-{order}", "amount": 5}


def handle_all(client, commands):
    batch = [
        (
            name,
            CommandRequest(
                Request(DEVELOPER, correlation_id="test"),
                f"key-{number}",
                client.system.read_json(json.dumps(data).encode()),
            ),
        )
        for number, (name, data) in enumerate(commands)
    ]
    return client.system.commands.handle_all(batch)


def shown(outcomes):
    return [
        (str(each.stream), each.version) if isinstance(each, CommandResult) else type(each).__name__
        for each in outcomes
    ]


def versions(client, order):
    stream = StreamId("default", "Order", order)
    return [commit.version for commit in client.embedded.ports.events.read(stream, strong=True)]


def system_over(settings, store, threads=None):
    def adapt(ports):
        return replace(ports, events=store(ports.events), streams=SideBySide(threads))

    return Embedded.assemble(settings, adapt=adapt)


class TestResults:
    def test_each_command_has_its_own_in_order(self, client):
        """
        Of one stream and of several, in the order in which they were given.
        """
        outcomes = handle_all(client, [place("a"), place("b"), pay("a"), place("c")])

        assert [
            ("default/Order/a", 1),
            ("default/Order/b", 1),
            ("default/Order/a", 2),
            ("default/Order/c", 1),
        ] == shown(outcomes)

    def test_a_bad_one_harms_no_other(self, client):
        """
        Unknown, malformed and refused commands are told as such, and the others are carried out.
        """
        outcomes = handle_all(
            client,
            [
                pay("a"),
                place("a"),
                ("Nonsense", {}),
                place("a"),
                ("PlaceOrder", {"orderId": 7}),
                ("PlaceOrder", None),
                pay("a"),
            ],
        )

        assert [
            NotFound.__name__,
            ("default/Order/a", 1),
            NotFound.__name__,
            AlreadyExists.__name__,
            InvalidInput.__name__,
            InvalidInput.__name__,
            ("default/Order/a", 2),
        ] == shown(outcomes)
        assert [1, 2] == versions(client, "a")

    def test_no_commands_lead_to_no_results(self, client):
        """
        An empty batch is no special case.
        """
        assert [] == handle_all(client, [])

    def test_a_batch_that_is_sent_again_changes_nothing(self, client):
        """
        Each command has a key of its own, and is answered as the first time.
        """
        commands = [place("a"), pay("a"), place("b")]
        first, again = handle_all(client, commands), handle_all(client, commands)

        assert shown(first) == shown(again)
        assert ([False] * 3, [True] * 3) == (
            [each.replayed for each in first],
            [each.replayed for each in again],
        )
        assert ([1, 2], [1]) == (versions(client, "a"), versions(client, "b"))


class CountingStore(WrappedStore):
    strong = True


class BrokenStore(WrappedStore):
    """Appends to one stream fail; nothing is known of their outcome."""

    strong = True

    def append(self, commit):
        if commit.stream.id == "broken":
            raise Unavailable("no answer")
        super().append(commit)


class MeetingStore(WrappedStore):
    """An append waits until as many others are under way."""

    strong = True
    meeting = threading.Barrier(4, timeout=20)

    def append(self, commit):
        self.meeting.wait()
        super().append(commit)


class TestLoads:
    def test_commands_of_one_stream_share_one(self, settings):
        """
        Three commands read the stream once; the two refusals look again, strongly, each once.
        """
        ship = ("ShipOrder", {"orderId": "a", "carrier": "DHL", "trackingNumber": "t"})
        with system_over(settings, CountingStore) as embedded:
            client = Client(embedded)
            outcomes = handle_all(client, [place("a"), pay("a"), ship])
            reads = embedded.ports.events.reads
            refused = handle_all(client, [pay("a"), place("a")])

            assert [("default/Order/a", version) for version in (1, 2, 3)] == shown(outcomes)
            assert ["IdempotencyKeyReused"] * 2 == shown(refused)
            assert (1, 3) == (reads, embedded.ports.events.reads)

    def test_a_repeated_batch_shares_it_too(self, settings):
        """
        A new process loads the stream once, and reads each commit that it answers from.
        """
        commands = [place("a"), pay("a")]
        for repeats in (False, True):
            with system_over(settings, CountingStore) as embedded:
                outcomes = handle_all(Client(embedded), commands)

                assert [repeats] * 2 == [each.replayed for each in outcomes]
                assert 1 + 2 * repeats == embedded.ports.events.reads


class TestSideBySide:
    def test_an_unavailable_stream_holds_up_no_other(self, settings):
        """
        What happens to one stream is told of its commands only.
        """
        with system_over(settings, BrokenStore) as embedded:
            outcomes = handle_all(Client(embedded), [place("a"), place("broken"), place("b")])

        assert [("default/Order/a", 1), "Unavailable", ("default/Order/b", 1)] == shown(outcomes)

    def test_streams_are_appended_to_at_once(self, settings):
        """
        Four appends wait for each other: in turn, none would come through.
        """
        with (
            ThreadPoolExecutor(4) as threads,
            system_over(settings, MeetingStore, threads) as embedded,
        ):
            outcomes = handle_all(Client(embedded), [place(order) for order in "abcd"])

        assert [(f"default/Order/{order}", 1) for order in "abcd"] == shown(outcomes)
