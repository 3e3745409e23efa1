"""SqliteSnapshotStore keeps the contract."""

from __future__ import annotations

from contextlib import closing

import pytest

from chalicelib.adapters.embedded.database import Database
from chalicelib.adapters.embedded.snapshots import SCHEMA, SqliteSnapshotStore
from tests.contract.snapshot_store import SnapshotStoreContract


class TestSqliteSnapshotStore(SnapshotStoreContract):
    @pytest.fixture
    def snapshots(self, tmp_path):
        with closing(Database(tmp_path / "test.db", SCHEMA)) as database:
            yield SqliteSnapshotStore(database)
