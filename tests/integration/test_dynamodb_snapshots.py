"""DynamoSnapshotStore: what holds beyond the contract, on DynamoDB Local."""

import random
from dataclasses import replace

import pytest

from chalicelib.adapters.aws.dynamodb.snapshots import DynamoSnapshotStore
from chalicelib.adapters.aws.dynamodb.tables import SNAPSHOTS
from tests.contract.snapshot_store import a_snapshot
from tests.support.commits import a_stream
from tests.support.dynamodb_tables import a_dynamo, a_table

pytestmark = pytest.mark.requirement("R3")

KEY = {"stream": {"S": str(a_stream())}, "version": {"N": "6"}}
NOISE = random.Random(1).randbytes


@pytest.fixture(name="dynamo")
def _dynamo(dynamodb_local):
    return a_dynamo(dynamodb_local)


@pytest.fixture(name="table")
def _table(dynamodb_local):
    with a_table(dynamodb_local, SNAPSHOTS) as table:
        yield table


@pytest.fixture(name="snapshots")
def _snapshots(dynamo, table):
    return DynamoSnapshotStore(dynamo, table)


def flipped(value):
    ((kind, content),) = value.items()
    match kind:
        case "B":
            middle = len(content) // 2
            byte = bytes([content[middle] ^ 1])
            return {"B": content[:middle] + byte + content[middle + 1 :]}
        case "BOOL":
            return {"BOOL": not content}
        case _:
            return {kind: content + "1"}


@pytest.mark.parametrize("name", ["reducer", "body", "deflated", "seal"])
def test_a_damaged_snapshot_is_none(snapshots, dynamo, table, caplog, name):
    """Wherever a bit has changed; the log says so, and the stream is loaded from its events."""
    snapshots.save(a_snapshot())
    client = dynamo.client()
    item = client.get_item(TableName=table, Key=KEY)["Item"]

    client.put_item(TableName=table, Item={**item, name: flipped(item[name])})

    assert snapshots.latest(a_stream()) is None
    assert "is damaged, and not used" in caplog.text


def test_what_is_no_snapshot_is_none(snapshots, dynamo, table, caplog):
    """An item of another making, or of another version of this code."""
    dynamo.client().put_item(TableName=table, Item={**KEY, "state": {"S": "{}"}})

    assert snapshots.latest(a_stream()) is None
    assert "is damaged, and not used" in caplog.text


def test_a_snapshot_of_another_stream_is_none(snapshots, dynamo, table):
    """The seal covers the key."""
    snapshots.save(a_snapshot(stream="another"))
    client = dynamo.client()
    (item,) = client.scan(TableName=table)["Items"]

    client.put_item(TableName=table, Item={**item, **KEY})

    assert snapshots.latest(a_stream()) is None


def test_what_fits_in_no_item_is_not_kept(snapshots, caplog):
    """The one before it stays the newest; the log tells."""
    snapshots.save(a_snapshot(6))

    snapshots.save(replace(a_snapshot(12), state=NOISE(400 * 1024)))

    assert a_snapshot(6) == snapshots.latest(a_stream())
    assert "409" in caplog.text
    assert "is not kept" in caplog.text


def test_the_largest_that_fits_is_kept(snapshots):
    """And one that fits when it is deflated."""
    for state in (NOISE(400 * 1024 - 1_000), bytes(4_000_000)):
        snapshot = replace(a_snapshot(), state=state)
        snapshots.save(snapshot)

        assert snapshot == snapshots.latest(a_stream())


def test_a_read_costs_half_a_unit(snapshots, dynamo):
    """Of a snapshot that takes 4 KB deflated; 6 KB of text do."""
    text = b'{"line":%d,"product":"prod-%d","quantity":2,"unitPrice":12.50}'
    state = b",".join(text % (number, number * 7) for number in range(100))
    snapshots.save(replace(a_snapshot(), state=state))

    snapshots.latest(a_stream())

    assert len(state) > 6_000
    cost = dynamo.meter.totals()["read snapshot", "Order"]
    assert (1, 0.5) == (cost.requests, cost.read_units)


def test_older_snapshots_stay(snapshots, dynamo, table):
    """A look into the past can start from one."""
    for version in (6, 12, 18):
        snapshots.save(a_snapshot(version))

    found = dynamo.client().scan(TableName=table)["Items"]
    assert ["12", "18", "6"] == sorted(item["version"]["N"] for item in found)
