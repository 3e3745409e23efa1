"""SqliteReadModels keeps the contract."""

from __future__ import annotations

from contextlib import closing

import pytest

from chalicelib.adapters.embedded.database import Database
from chalicelib.adapters.embedded.read_models import SCHEMA, SqliteReadModels
from tests.contract.read_models import IndexesContract, ReadModelsContract


class TestSqliteReadModels(ReadModelsContract):
    @pytest.fixture
    def read_models(self, tmp_path):
        with closing(Database(tmp_path / "test.db", SCHEMA)) as database:
            yield SqliteReadModels(database)


class TestSqliteIndexes(IndexesContract):
    @pytest.fixture
    def read_models(self, tmp_path):
        with closing(Database(tmp_path / "test.db", SCHEMA)) as database:
            yield SqliteReadModels(database)
