"""DynamoPositions: what holds beyond the contract, on DynamoDB Local."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from chalicelib.adapters.aws.dynamodb.positions import MAX_REASON, DynamoPositions
from chalicelib.adapters.aws.dynamodb.tables import PARKED, POSITIONS
from chalicelib.adapters.deadline import remaining, within
from chalicelib.kernel.errors import Misconfigured
from chalicelib.services.positions import Position
from tests.support.commits import a_stream
from tests.support.dynamodb_tables import a_dynamo, a_table

pytestmark = pytest.mark.requirement("R5")

MINE = "orders-v1"


@pytest.fixture(name="dynamo")
def _dynamo(dynamodb_local):
    return a_dynamo(dynamodb_local)


@pytest.fixture(name="table")
def _table(dynamodb_local):
    with a_table(dynamodb_local, POSITIONS) as table:
        yield table


@pytest.fixture(name="positions")
def _positions(dynamo, table):
    return DynamoPositions(dynamo, table)


def test_a_consumer_spreads(positions, dynamo, table):
    """Each of its streams has a hash key of its own, in the table and in the index."""
    for name in "abc":
        positions.park(MINE, a_stream(name), 1, "poison")

    items = dynamo.client().scan(TableName=table, IndexName=PARKED.name)["Items"]
    assert {f"{MINE} default/Order/{name}" for name in "abc"} == {
        item[POSITIONS.hash[0]]["S"] for item in items
    }
    assert 3 == len({item[PARKED.hash[0]]["S"] for item in items})


def test_the_index_holds_parked_streams_only(positions, dynamo, table):
    """So to list them does not cost what all positions would."""
    positions.advance(MINE, {a_stream(str(number)): 1 for number in range(20)})
    positions.park(MINE, a_stream("0"), 1, "poison")
    positions.park(MINE, a_stream("1"), 1, "poison")
    positions.release(MINE, a_stream("1"), 0)

    items = dynamo.client().scan(TableName=table, IndexName=PARKED.name)["Items"]
    assert ["default/Order/0"] == [item["parked"]["S"].split()[1] for item in items]


def test_a_step_costs_one_unit(positions, dynamo):
    """One request and one unit for each stream; likewise to ask for it."""
    positions.advance(MINE, {a_stream("a"): 1, a_stream("b"): 1})
    positions.get(MINE, a_stream("a"))

    totals = dynamo.meter.totals()
    moved, read = totals["advance", "Order"], totals["read position", "Order"]
    assert (2, 2.0) == (moved.requests, moved.write_units)
    assert (1, 1.0) == (read.requests, read.read_units)


def test_the_deadline_holds_for_every_stream(dynamo, table):
    """Also on the threads that they advance on."""
    left = []

    def client():
        left.append(remaining())
        return dynamo.client()

    with within(60):
        versions = {a_stream(str(number)): 1 for number in range(20)}
        DynamoPositions(replace(dynamo, client=client), table).advance(MINE, versions)

    assert 20 == len(left)
    assert all(seconds < 60 for seconds in left)


def test_a_reason_keeps_both_its_ends(positions):
    """It is written anew with each delivery that waits, so a long one is cut."""
    reason = "KeyError: " + "x" * 100_000 + " in line 7"

    positions.park(MINE, a_stream(), 1, reason)

    kept = positions.get(MINE, a_stream()).parked
    assert len(kept) == MAX_REASON
    assert (reason[:100], reason[-100:]) == (kept[:100], kept[-100:])


def test_a_consumer_may_have_a_space_in_its_name(positions):
    """The key is taken apart at the last one."""
    positions.park("orders v1", a_stream(), 1, "poison")

    assert [("orders v1", a_stream())] == [
        (parked.consumer, parked.stream) for parked in positions.parked()
    ]
    assert [] == list(positions.parked("orders"))


def test_every_delivery_counts(positions):
    """Of threads that wait at once; a release that has not seen them all fails."""
    positions.park(MINE, a_stream(), 4, "poison")

    with ThreadPoolExecutor(16) as threads:
        waited = list(threads.map(lambda _: positions.wait(MINE, a_stream()), range(48)))

    assert [True] * 48 == waited
    assert not positions.release(MINE, a_stream(), 47)
    assert Position(4, "poison", 48) == positions.get(MINE, a_stream())
    assert positions.release(MINE, a_stream(), 48)


def test_parking_and_advancing_at_once_loses_neither(positions):
    """Whichever comes first, the stream is at the higher version, and parked."""
    barrier = threading.Barrier(2)

    def park():
        barrier.wait()
        positions.park(MINE, a_stream(), 4, "poison")

    def advance():
        barrier.wait()
        for version in range(1, 9):
            positions.advance(MINE, {a_stream(): version})

    with ThreadPoolExecutor(2) as threads:
        for each in [threads.submit(park), threads.submit(advance)]:
            each.result()

    assert Position(8, "poison") == positions.get(MINE, a_stream())


def test_a_stream_that_can_not_be_moved_is_told(dynamo):
    """Of several at once: whoever advances must not take it that all have moved."""
    with pytest.raises(Misconfigured, match="advance of Order"):
        DynamoPositions(dynamo, f"none-{POSITIONS.name}").advance(
            MINE, {a_stream("a"): 1, a_stream("b"): 1}
        )
