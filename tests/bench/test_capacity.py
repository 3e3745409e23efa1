"""The rule by which costs are computed, against what DynamoDB Local counts itself."""

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.aws.dynamodb.tables import Table
from tests.bench.capacity import Cost, item_size
from tests.bench.meter import Meter
from tests.support.dynamodb_tables import a_table

VALUES = {
    "string": {"S": "größer"},
    "whole number": {"N": "12345"},
    "round number": {"N": "1200"},
    "negative number": {"N": "-12345.678"},
    "small number": {"N": "0.00105"},
    "binary": {"B": b"\x00\xff" * 5},
    "boolean": {"BOOL": True},
    "null": {"NULL": True},
    "list": {"L": [{"S": "a"}, {"N": "1"}]},
    "map": {"M": {"inner": {"L": [{"M": {"deep": {"S": "a"}}}]}}},
}


@pytest.fixture(name="meter")
def _meter(dynamodb_local):
    with Meter(dynamodb_local.endpoint) as meter:
        yield meter


@pytest.fixture(name="client")
def _client(dynamodb_local, meter):
    """A client that asks the meter."""
    client = replace(dynamodb_local, endpoint=meter.endpoint).client()
    yield client
    client.close()


@pytest.fixture(name="table")
def _table(dynamodb_local):
    with a_table(dynamodb_local, Table("capacity", ("id", "S"))) as table:
        yield table


def an_item(size, name="a"):
    """Return an item of so many bytes."""
    return {"id": {"S": name}, "text": {"S": "x" * (size - len("id" + name + "text"))}}


def the_cost(meter):
    (call,) = meter.drain()
    return call.cost


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_items_count_as_many_bytes(client, meter, table, value):
    """Filled up to a unit by the rule, an item takes one when it is put; with a byte more, two."""

    def counted(filling):
        item = {"id": {"S": "a"}, "value": value, "filling": {"S": "x" * filling}}
        client.put_item(TableName=table, Item=item)
        (call,) = meter.drain()
        assert not call.cost.computed
        return item_size(call.asked["Item"]), call.cost.write_units

    size, _ = counted(0)

    assert [(1024, 1.0), (1025, 2.0)] == [counted(1024 - size + more) for more in (0, 1)]


def test_an_insert_takes_what_a_put_takes(client, meter, table):
    """DynamoDB Local doesn't tell of an INSERT, so this is the rule."""
    client.execute_statement(
        Statement=f"""INSERT INTO "{table}" VALUE {{'id': ?, 'text': ?}}""",
        Parameters=list(an_item(1025).values()),
    )
    inserted = the_cost(meter)
    client.put_item(TableName=table, Item=an_item(1025))

    assert (2.0, True) == (inserted.write_units, inserted.computed)
    assert (2.0, False) == (the_cost(meter).write_units, inserted.read_units)


@pytest.mark.parametrize(("present", "new"), [(3000, 100), (100, 3000)])
def test_a_failed_condition_is_charged_for_the_larger_item(client, meter, table, present, new):
    """Whether put or inserted; and looking at the present item is not counted."""
    client.put_item(TableName=table, Item=an_item(present))
    meter.drain()

    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        client.put_item(
            TableName=table, Item=an_item(new), ConditionExpression="attribute_not_exists(id)"
        )
    put = the_cost(meter)
    with pytest.raises(ClientError, match="Duplicate"):
        client.execute_statement(
            Statement=f"""INSERT INTO "{table}" VALUE {{'id': ?, 'text': ?}}""",
            Parameters=list(an_item(new).values()),
        )

    assert (1, 3.0, True) == (put.requests, put.write_units, put.computed)
    assert 3.0 == the_cost(meter).write_units


def test_each_item_of_a_transaction_is_rounded_up_and_doubled(client, meter, table):
    """Failed ones too."""
    puts = [
        {"Put": {"TableName": table, "Item": an_item(size, name)}}
        for size, name in ((1025, "a"), (100, "b"))
    ]
    for put in puts:
        put["Put"]["ConditionExpression"] = "attribute_not_exists(id)"

    client.transact_write_items(TransactItems=puts)
    done = the_cost(meter)
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        client.transact_write_items(TransactItems=puts)

    assert [6.0, 6.0] == [done.write_units, the_cost(meter).write_units]


def test_what_is_not_valid_costs_a_request(client, meter, table):
    """And no capacity."""
    with pytest.raises(ClientError, match="ValidationException"):
        client.put_item(TableName=table, Item={"other": {"S": "a"}})

    cost = the_cost(meter)
    assert Cost(1, 0.0, 0.0, cost.bytes_sent, cost.bytes_received) == cost
