"""SqliteDeadLetters keeps the contract."""

from __future__ import annotations

from contextlib import closing

import pytest

from chalicelib.adapters.embedded.database import Database
from chalicelib.adapters.embedded.dead_letters import SCHEMA, SqliteDeadLetters
from tests.contract.dead_letters import ClearableLettersContract, DeadLettersContract


class TestSqliteDeadLetters(DeadLettersContract):
    @pytest.fixture
    def letters(self, tmp_path):
        with closing(Database(tmp_path / "test.db", SCHEMA)) as database:
            yield SqliteDeadLetters(database)


class TestSqliteLettersCleared(ClearableLettersContract):
    @pytest.fixture
    def letters(self, tmp_path):
        with closing(Database(tmp_path / "test.db", SCHEMA)) as database:
            yield SqliteDeadLetters(database)
