"""DynamoPositions keeps the contract."""

from __future__ import annotations

import pytest

from chalicelib.adapters.aws.dynamodb.positions import DynamoPositions
from chalicelib.adapters.aws.dynamodb.tables import POSITIONS
from tests.contract.positions import PositionsContract
from tests.support.dynamodb_tables import a_dynamo, a_table


class TestDynamoPositions(PositionsContract):
    @pytest.fixture
    def positions(self, dynamodb_local):
        with a_table(dynamodb_local, POSITIONS) as table:
            yield DynamoPositions(a_dynamo(dynamodb_local), table)
