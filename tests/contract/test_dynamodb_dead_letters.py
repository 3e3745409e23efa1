"""DynamoDeadLetters keeps the contract."""

from __future__ import annotations

import pytest

from chalicelib.adapters.aws.dynamodb.dead_letters import DynamoDeadLetters
from chalicelib.adapters.aws.dynamodb.tables import DEAD_LETTERS
from tests.contract.dead_letters import DeadLettersContract
from tests.support.dynamodb_tables import a_dynamo, a_table


class TestDynamoDeadLetters(DeadLettersContract):
    @pytest.fixture
    def letters(self, dynamodb_local):
        with a_table(dynamodb_local, DEAD_LETTERS) as table:
            yield DynamoDeadLetters(a_dynamo(dynamodb_local), table)
