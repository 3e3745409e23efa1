"""SqlitePositions keeps the contract."""

from __future__ import annotations

from contextlib import closing

import pytest

from chalicelib.adapters.embedded.database import Database
from chalicelib.adapters.embedded.positions import SCHEMA, SqlitePositions
from tests.contract.positions import ClearablePositionsContract, PositionsContract


class TestSqlitePositions(PositionsContract):
    @pytest.fixture
    def positions(self, tmp_path):
        with closing(Database(tmp_path / "test.db", SCHEMA)) as database:
            yield SqlitePositions(database)


class TestSqlitePositionsCleared(ClearablePositionsContract):
    @pytest.fixture
    def positions(self, tmp_path):
        with closing(Database(tmp_path / "test.db", SCHEMA)) as database:
            yield SqlitePositions(database)
