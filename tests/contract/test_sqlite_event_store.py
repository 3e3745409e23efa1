"""SqliteEventStore keeps the contract."""

from __future__ import annotations

from contextlib import closing

import pytest

from chalicelib.adapters.embedded.database import Database
from chalicelib.adapters.embedded.event_store import SCHEMA, SqliteEventStore
from tests.contract.event_store import EventStoreContract


class TestSqliteEventStore(EventStoreContract):
    @pytest.fixture
    def store(self, tmp_path):
        with closing(Database(tmp_path / "test.db", SCHEMA)) as database:
            yield SqliteEventStore(database)
