"""DynamoDecisions: what holds beyond the contract, on DynamoDB Local."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.adapters.aws.dynamodb.decisions import PATIENCE, SHARDS, DynamoDecisions
from chalicelib.adapters.aws.dynamodb.tables import DECISIONS
from chalicelib.adapters.aws.retries import BUDGET, RESERVE
from chalicelib.adapters.deadline import remaining
from tests.contract.decisions import a_denial
from tests.support.dynamodb_tables import a_dynamo, a_table

pytestmark = pytest.mark.requirement("R9")


@pytest.fixture(name="dynamo")
def _dynamo(dynamodb_local):
    return a_dynamo(dynamodb_local)


@pytest.fixture(name="table")
def _table(dynamodb_local):
    with a_table(dynamodb_local, DECISIONS) as table:
        yield table


@pytest.fixture(name="decisions")
def _decisions(dynamo, table):
    return DynamoDecisions(dynamo, table)


def test_a_tenant_spreads(decisions, dynamo, table):
    """Its denials lie in all shards, so that none takes all the writes."""
    for number in range(100):
        decisions.record(a_denial(number))

    items = dynamo.client().scan(TableName=table)["Items"]
    assert {f"default {shard}" for shard in range(SHARDS)} == {item["shard"]["S"] for item in items}


def test_a_record_costs_one_unit(decisions, dynamo):
    """It is below a kilobyte, without the values of the input."""
    decisions.record(a_denial())

    cost = dynamo.meter.totals()["record denial", "Order"]
    assert (1, 1.0) == (cost.requests, cost.write_units)


def test_a_list_costs_a_request_for_each_shard(decisions, dynamo):
    """However many days it goes back."""
    for number in range(40):
        at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=10 * number)
        decisions.record(a_denial(number, at=at))

    assert 10 == len(decisions.denials("default", limit=10))

    assert SHARDS == dynamo.meter.totals()["list denials", "all"].requests


def test_records_expire(decisions, dynamo, table):
    """After more than a year, by the attribute that the table was told."""
    decisions.record(a_denial())

    (item,) = dynamo.client().scan(TableName=table)["Items"]
    expires = datetime.fromtimestamp(int(item["expires"]["N"]), UTC)
    assert timedelta(days=399) < expires - a_denial().at < timedelta(days=401)
    described = dynamo.client().describe_time_to_live(TableName=table)
    assert "expires" == described["TimeToLiveDescription"]["AttributeName"]


def test_a_denial_does_not_wait_long_for_its_record(dynamo, table):
    """Its tries have a deadline of their own, well before anybody else's."""
    left = []

    def client():
        left.append(remaining())
        return dynamo.client()

    DynamoDecisions(replace(dynamo, client=client), table).record(a_denial())

    (seconds,) = left
    assert seconds <= PATIENCE + RESERVE < BUDGET
