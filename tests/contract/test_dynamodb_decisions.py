"""DynamoDecisions keeps the contract."""

from __future__ import annotations

import pytest

from chalicelib.adapters.aws.dynamodb.decisions import DynamoDecisions
from chalicelib.adapters.aws.dynamodb.tables import DECISIONS
from tests.contract.decisions import DecisionsContract
from tests.support.dynamodb_tables import a_dynamo, a_table


class TestDynamoDecisions(DecisionsContract):
    @pytest.fixture
    def decisions(self, dynamodb_local):
        with a_table(dynamodb_local, DECISIONS) as table:
            yield DynamoDecisions(a_dynamo(dynamodb_local), table)
