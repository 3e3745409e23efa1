"""SqliteEventBus keeps the contract."""

from __future__ import annotations

from contextlib import closing

import pytest

from chalicelib.adapters.embedded.bus import SCHEMA, SqliteEventBus
from chalicelib.adapters.embedded.database import Database
from tests.contract.event_bus import EventBusContract


class TestSqliteEventBus(EventBusContract):
    @pytest.fixture
    def bus(self, tmp_path):
        with closing(Database(tmp_path / "test.db", SCHEMA)) as database:
            yield SqliteEventBus(database)

    @pytest.fixture
    def delivered(self, bus):
        return lambda topic: [commit for _, commit in bus.records(topic, 0, 10_000)]
