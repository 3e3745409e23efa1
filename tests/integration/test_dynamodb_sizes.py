"""Commits and streams of all sizes, through the whole write path, on DynamoDB."""

import random
from base64 import urlsafe_b64encode
from dataclasses import dataclass

import pytest

from chalicelib.adapters.aws.dynamodb.tables import EVENT_STORE, SNAPSHOTS
from chalicelib.domain.orders.events import OrderShipped, Parcel
from chalicelib.kernel.commit import MAX_COMMIT_BYTES
from chalicelib.kernel.context import Aggregate, BoundedContext
from chalicelib.kernel.decider import Decider
from chalicelib.kernel.errors import CommitTooLarge
from chalicelib.kernel.messages import Command
from chalicelib.kernel.stream import StreamId
from chalicelib.kernel.values import Identifier, Quantity
from tests.support.clock import ManualClock
from tests.support.dynamodb_processes import WritingProcess
from tests.support.dynamodb_tables import a_dynamo, tables

pytestmark = [pytest.mark.requirement("R1"), pytest.mark.requirement("T2")]

MEGABYTE = 1024 * 1024
STREAM = StreamId("default", "Parcel", "o-1")
COLD_LOAD = {"read snapshot": 1, "read tail": 1}


@dataclass(frozen=True, slots=True)
class ShipParcels(Command):
    """Ship so many at once."""

    order_id: Identifier
    parcels: Quantity


@dataclass(frozen=True, slots=True)
class Shipped:
    """What was shipped: how many, and the last of it."""

    parcels: int = 0
    last: str = ""


def parcels(order, first, count):
    """Return events of some hundred bytes that hardly deflate, always the same."""
    noise = random.Random(f"{order}/{first}").randbytes
    return [
        OrderShipped(order, (Parcel(noise(100).hex(), urlsafe_b64encode(noise(96)).decode()),))
        for _ in range(count)
    ]


def ship(command, state):
    return parcels(command.order_id, state.parcels, command.parcels)


def evolve(state, event):
    return Shipped(state.parcels + 1, event.parcels[0].tracking_number)


PARCELS = BoundedContext(
    name="orders",
    aggregates=(
        Aggregate(
            name="Parcel",
            identity="order_id",
            state=Shipped,
            decider=Decider(initial=Shipped(), evolve=evolve, decide=ship),
            commands=(ShipParcels,),
            events=(OrderShipped,),
        ),
    ),
)


@pytest.fixture(name="start")
def _start(dynamodb_local):
    """Starts processes that share their tables."""
    with tables(dynamodb_local, EVENT_STORE, SNAPSHOTS) as prefix:
        yield lambda *more, **changes: WritingProcess(
            prefix, a_dynamo(dynamodb_local), *more, **changes
        )


def loaded(process, *, strong):
    """Return the stream as a process reads it."""
    return process.write.loaders["Parcel"].load(STREAM, strong=strong)


def test_commits_of_any_number_of_events_are_atomic_and_whole(start):
    """Of 1, 99, 100, 101 and 1,000 events: one insert each, and each event as it was decided."""
    process, counts = start(PARCELS), [1, 99, 100, 101, 1_000]
    process.command("ShipParcels", {"orderId": "o-1", "parcels": counts[0]})
    process.requests()

    for count in counts[1:]:
        process.command("ShipParcels", {"orderId": "o-1", "parcels": count})

    assert {"append": 4} == process.requests()
    stored = list(start().ports.events.read(STREAM, strong=True))
    commits = [process.write.codec.unpack(commit) for commit in stored]
    starts = [0, 1, 100, 200, 301]
    assert [parcels("o-1", *each) for each in zip(starts, counts, strict=True)] == [
        [event.data for event in commit.events] for commit in commits
    ]
    assert 1_301 == loaded(start(PARCELS), strong=True).head.version


def test_a_stream_above_a_megabyte_is_loaded_to_its_end(start):
    """By a process that knows nothing of it, strongly or not, and the next command follows."""
    writer = start(PARCELS)
    for _ in range(11):
        writer.command("ShipParcels", {"orderId": "o-1", "parcels": 500})
    size = sum(commit.size for commit in writer.ports.events.read(STREAM))

    ends = [loaded(start(PARCELS), strong=strong).state for strong in (True, False)]
    cold = start(PARCELS)
    followed = cold.command("ShipParcels", {"orderId": "o-1", "parcels": 1})

    assert size > MEGABYTE
    assert [Shipped(5_500, parcels("o-1", 5_000, 500)[-1].tracking_number)] * 2 == ends
    assert 5_501 == followed.version


class TestLimit:
    """An order with so many lines that its commit comes near the limit.

    The correlation id, which is stored as it is, fills it up to the byte.
    """

    LINES = 4_000
    FILLING = 2_000
    """Characters to begin with, so that a few hundred more or less change nothing else."""

    def place(self, process, lines, filling, tenant):
        noise = random.Random(1).randbytes
        bought = [
            {"productId": urlsafe_b64encode(noise(96)).decode(), "quantity": 1, "unitPrice": 1}
            for _ in range(lines)
        ]
        order = {"orderId": "o-1", "customerId": "c-1", "totalAmount": lines, "lines": bought}
        process.command("PlaceOrder", order, "k-1", tenant=tenant, correlation_id="c" * filling)

    def size(self, process, tenant):
        (commit,) = process.ports.events.read(StreamId(tenant, "Order", "o-1"), strong=True)
        return commit.size

    def test_a_commit_may_fill_the_limit_and_not_a_byte_more(self, start):
        """
        The largest that passes our own reckoning is stored; what is larger by a byte is refused
        before anything is asked to write it.
        """
        process = start(now=ManualClock().now)
        self.place(process, self.LINES, self.FILLING, "first")
        per_line = self.size(process, "first") / self.LINES
        lines = int(MAX_COMMIT_BYTES / per_line) - 20
        self.place(process, lines, self.FILLING, "again")
        filling = self.FILLING + MAX_COMMIT_BYTES - self.size(process, "again")
        process.requests()

        self.place(process, lines, filling, "whole")
        stored = process.requests()
        with pytest.raises(CommitTooLarge) as refused:
            self.place(process, lines, filling + 1, "extra")

        assert {**COLD_LOAD, "append": 1} == stored
        assert COLD_LOAD == process.requests()
        assert MAX_COMMIT_BYTES + 1 == refused.value.size
        assert MAX_COMMIT_BYTES == self.size(process, "whole")
