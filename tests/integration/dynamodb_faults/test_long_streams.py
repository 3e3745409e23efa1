"""One stream that grows beyond a page of its tail, in bad weather, by many writers at once."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from unittest.mock import patch

import pytest

from chalicelib.adapters.aws import clients, retries
from chalicelib.adapters.aws.dynamodb.calls import Dynamo
from chalicelib.adapters.aws.dynamodb.tables import DECISIONS, EVENT_STORE, SNAPSHOTS
from chalicelib.adapters.deadline import within
from chalicelib.domain.orders import orders
from chalicelib.domain.orders.events import OrderPaid
from chalicelib.domain.orders.order import order
from chalicelib.kernel.decider import Decider
from chalicelib.kernel.errors import Unavailable, VersionConflict
from chalicelib.kernel.head import REMEMBERED_COMMANDS
from chalicelib.kernel.stream import StreamId
from chalicelib.services.command_handler import CommandRequest, CommandResult
from chalicelib.services.governance.provenance import Request
from chalicelib.wiring.aws import write_ports
from chalicelib.wiring.container import write_side
from tests.integration.dynamodb_faults.processes import PATIENCE, SENDINGS
from tests.integration.dynamodb_faults.weather import RATES, Kind
from tests.integration.dynamodb_faults.wire import Wire
from tests.simulation.process import DEVELOPER
from tests.simulation.simulation import quiet
from tests.simulation.weather import Weather
from tests.support.dynamodb_tables import tables

pytestmark = [
    pytest.mark.requirement("R2"),
    pytest.mark.requirement("T2"),
    pytest.mark.requirement("T5"),
]

WRITERS = 4
BATCHES = (1, 5, 10)
"""Commands at once; all writers' together are fewer than a stream remembers."""
COMMANDS = 60
"""Of each writer."""
STRUCK = {Kind.LATE_REQUEST, Kind.LOST_ANSWER, Kind.LOST_REQUEST, Kind.SERVER_ERROR}
"""What strikes inserts; a warm process makes few reads that others could strike."""
STREAM = StreamId(DEVELOPER.tenant, "Order", "o-1")


def decide(command, state):
    """An order that may be paid again and again."""
    if state is None or not hasattr(command, "payment_id"):
        return order.decider.decide(command, state)
    return [OrderPaid(command.order_id, command.payment_id, command.amount, None)]


endless = replace(order, decider=Decider(None, order.decider.evolve, decide))
CONTEXT = replace(orders, aggregates=(endless,), projections=(), views=())


def asked(key, name, **data):
    request = CommandRequest(Request(DEVELOPER, key), key, {"orderId": STREAM.id, **data})
    return name, request


def pay(write, writer):
    """Pay again and again, each payment until it is settled; return the results."""
    threading.current_thread().name = f"writer-{writer}"
    chance = random.Random(writer)
    left = [asked(f"{writer}-{n}", "PayOrder", paymentId="p", amount=1) for n in range(COMMANDS)]
    results = []
    while left:
        size = chance.choice(BATCHES)
        batch, left = left[:size], left[size:]
        for _ in range(SENDINGS):
            with within(chance.choice(PATIENCE)):
                outcomes = write.commands.handle_all(batch)
            results += [each for each in outcomes if isinstance(each, CommandResult)]
            batch = [
                each
                for each, outcome in zip(batch, outcomes, strict=True)
                if isinstance(outcome, Unavailable | VersionConflict)
            ]
            if not batch:
                break
    return results


class NoSnapshots:
    """A store that is down."""

    def latest(self, stream):
        raise Unavailable(f"no snapshot of {stream}")

    def save(self, snapshot):
        raise Unavailable(f"no snapshot of {snapshot.stream}")


@pytest.mark.parametrize("down", [False, True], ids=["snapshots", "no snapshots"])
def test_each_command_of_a_long_stream_is_carried_out_once(dynamodb_local, down):
    """
    Whatever was lost, throttled or stale on the way, and though snapshots can't be had: each key
    has one commit, each answer is that commit's, and the stream loads to its end.
    """
    weather = Weather(11, rates=RATES)
    wire = Wire(weather)
    calm = dynamodb_local.client(config=clients.CONFIG)
    with ExitStack() as stack:
        stack.enter_context(quiet())
        stack.enter_context(patch.object(retries, "FIRST_PAUSE", 0.001))
        stack.enter_context(patch.object(retries, "LONGEST_PAUSE", 0.004))
        prefix = stack.enter_context(tables(dynamodb_local, EVENT_STORE, SNAPSHOTS, DECISIONS))

        def process(client):
            ports = write_ports(prefix, Dynamo(client=lambda: client))
            if down:
                ports = replace(ports, snapshots=NoSnapshots())
            return write_side(ports, (CONTEXT,), snapshot_interval=50)

        still = process(calm)
        still.commands.handle(*asked("placed", "PlaceOrder", customerId="c", totalAmount=1))
        sockets = [dynamodb_local.client(config=clients.CONFIG) for _ in range(2)]
        for socket in sockets:
            stack.enter_context(wire.between(socket))
        warm = [process(socket) for socket in sockets]
        with ThreadPoolExecutor(WRITERS) as threads:
            writers = [partial(pay, warm[n % 2], n) for n in range(WRITERS)]
            results = [r for each in [threads.submit(w) for w in writers] for r in each.result()]
        wire.calm()
        loaded = still.loaders["Order"].load(STREAM, strong=True)
        log = list(
            write_ports(prefix, Dynamo(client=lambda: calm)).events.read(STREAM, strong=True)
        )

    kept = {still.codec.header(commit).command_id: commit.version for commit in log}
    keys = {f"{writer}-{n}" for writer in range(WRITERS) for n in range(COMMANDS)}
    assert list(range(1, len(keys) + 2)) == [commit.version for commit in log]
    assert keys | {"placed"} == kept.keys()
    assert {(r.command_id, r.version) for r in results} == {*kept.items()} - {("placed", 1)}
    assert len(keys) == len(results) > 2 * REMEMBERED_COMMANDS
    assert len(log) == loaded.head.version
    assert set(+weather.counts) >= STRUCK
