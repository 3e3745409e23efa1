"""SqliteDecisions keeps the contract."""

from __future__ import annotations

from contextlib import closing

import pytest

from chalicelib.adapters.embedded.database import Database
from chalicelib.adapters.embedded.decisions import SCHEMA, SqliteDecisions
from tests.contract.decisions import DecisionsContract


class TestSqliteDecisions(DecisionsContract):
    @pytest.fixture
    def decisions(self, tmp_path):
        with closing(Database(tmp_path / "test.db", SCHEMA)) as database:
            yield SqliteDecisions(database)
