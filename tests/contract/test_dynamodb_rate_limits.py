"""DynamoRateLimits keeps the contract."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chalicelib.adapters.aws.dynamodb.rate_limits import DynamoRateLimits
from chalicelib.adapters.aws.dynamodb.tables import RATE_LIMITS
from tests.contract.rate_limits import RateLimitsContract
from tests.support.clock import ManualClock
from tests.support.dynamodb_tables import a_dynamo, a_table


class TestDynamoRateLimits(RateLimitsContract):
    @pytest.fixture
    def clock(self):
        """Far ahead, as DynamoDB Local drops what has expired, and its clock is the real one."""
        return ManualClock(datetime(2100, 1, 1, tzinfo=UTC))

    @pytest.fixture
    def limits(self, dynamodb_local, clock):
        with a_table(dynamodb_local, RATE_LIMITS) as table:
            yield DynamoRateLimits(a_dynamo(dynamodb_local), table, clock.now)
