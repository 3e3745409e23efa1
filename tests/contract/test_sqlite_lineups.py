"""SqliteLineups keeps the contract."""

from __future__ import annotations

from contextlib import closing

import pytest

from chalicelib.adapters.embedded.database import Database
from chalicelib.adapters.embedded.lineups import SCHEMA, SqliteLineups
from tests.contract.lineups import LineupsContract


class TestSqliteLineups(LineupsContract):
    @pytest.fixture
    def lineups(self, tmp_path):
        with closing(Database(tmp_path / "test.db", SCHEMA)) as database:
            yield SqliteLineups(database)
