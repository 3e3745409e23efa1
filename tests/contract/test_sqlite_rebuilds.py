"""SqliteRebuilds keeps the contract."""

from __future__ import annotations

from contextlib import closing

import pytest

from chalicelib.adapters.embedded.database import Database
from chalicelib.adapters.embedded.rebuilds import SCHEMA, SqliteRebuilds
from tests.contract.rebuilds import RebuildsContract


class TestSqliteRebuilds(RebuildsContract):
    @pytest.fixture
    def rebuilds(self, tmp_path):
        with closing(Database(tmp_path / "test.db", SCHEMA)) as database:
            yield SqliteRebuilds(database)
