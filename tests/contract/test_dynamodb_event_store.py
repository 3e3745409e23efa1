"""DynamoEventStore keeps the contract."""

from __future__ import annotations

import pytest

from chalicelib.adapters.aws.dynamodb.event_store import DynamoEventStore
from chalicelib.adapters.aws.dynamodb.tables import EVENT_STORE
from tests.contract.event_store import EventStoreContract
from tests.support.dynamodb_tables import a_dynamo, a_table


class TestDynamoEventStore(EventStoreContract):
    @pytest.fixture
    def store(self, dynamodb_local):
        with a_table(dynamodb_local, EVENT_STORE) as table:
            yield DynamoEventStore(a_dynamo(dynamodb_local), table)
