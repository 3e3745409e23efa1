"""DynamoRateLimits: what holds beyond the contract, on DynamoDB Local."""

import math
from datetime import UTC, datetime

import pytest

from chalicelib.adapters.aws.dynamodb.rate_limits import DynamoRateLimits
from chalicelib.adapters.aws.dynamodb.tables import RATE_LIMITS
from chalicelib.kernel.errors import TooManyRequests
from chalicelib.services.rate_limits import SECOND, Rate
from tests.support.clock import ManualClock
from tests.support.dynamodb_tables import a_dynamo, a_table

pytestmark = pytest.mark.requirement("T2")

TEN = Rate(per_second=10, burst=5)


@pytest.fixture(name="clock")
def _clock():
    return ManualClock(datetime(2100, 1, 1, tzinfo=UTC))


@pytest.fixture(name="dynamo")
def _dynamo(dynamodb_local):
    return a_dynamo(dynamodb_local)


@pytest.fixture(name="table")
def _table(dynamodb_local):
    with a_table(dynamodb_local, RATE_LIMITS) as table:
        yield table


@pytest.fixture(name="limits")
def _limits(dynamo, table, clock):
    return DynamoRateLimits(dynamo, table, clock.now)


def requests(dynamo):
    return sum(cost.requests for cost in dynamo.meter.drain().values())


def test_what_a_turn_costs(limits, dynamo, clock):
    """One request; two for a turn within a burst; one to be refused."""
    limits.take("key", TEN)
    assert 1 == requests(dynamo)

    limits.take("key", TEN)
    assert 2 == requests(dynamo)

    for _ in range(3):
        limits.take("key", TEN)
    requests(dynamo)
    with pytest.raises(TooManyRequests):
        limits.take("key", TEN)
    assert 1 == requests(dynamo)

    clock.sleep(1)
    limits.take("key", TEN)
    assert 1 == requests(dynamo)


def test_an_item_outlives_its_meaning(limits, dynamo, table):
    """It may be dropped only when it is as good as none; and it tells nobody's name."""
    for _ in range(5):
        limits.take("default user jane", TEN)

    (item,) = dynamo.client().scan(TableName=table)["Items"]
    assert math.ceil(int(item["arrival"]["N"]) / SECOND) < int(item["expires"]["N"])
    assert "jane" not in str(item)


def test_an_item_that_was_dropped_begins_anew(limits, dynamo, table):
    """As it was as good as none."""
    limits.take("key", TEN)
    (item,) = dynamo.client().scan(TableName=table)["Items"]

    dynamo.client().delete_item(TableName=table, Key={"key": item["key"]})

    for _ in range(5):
        limits.take("key", TEN)
    with pytest.raises(TooManyRequests):
        limits.take("key", TEN)


def test_expired_items_are_dropped(dynamodb_local, table):
    """The table was told by which attribute."""
    described = dynamodb_local.client().describe_time_to_live(TableName=table)

    assert RATE_LIMITS.expires == described["TimeToLiveDescription"]["AttributeName"]
