"""DynamoSnapshotStore keeps the contract."""

from __future__ import annotations

import pytest

from chalicelib.adapters.aws.dynamodb.snapshots import DynamoSnapshotStore
from chalicelib.adapters.aws.dynamodb.tables import SNAPSHOTS
from tests.contract.snapshot_store import SnapshotStoreContract
from tests.support.dynamodb_tables import a_dynamo, a_table


class TestDynamoSnapshotStore(SnapshotStoreContract):
    @pytest.fixture
    def snapshots(self, dynamodb_local):
        with a_table(dynamodb_local, SNAPSHOTS) as table:
            yield DynamoSnapshotStore(a_dynamo(dynamodb_local), table)
