"""The last rebuild of each read model, on SQLite."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.embedded.schema import Schema
from chalicelib.adapters.texts import storable
from chalicelib.services.rebuilds import Rebuild, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.adapters.embedded.database import Database

SCHEMA: Final = Schema(
    "rebuilds",
    1,
    (
        """
        CREATE TABLE rebuilds (
            index_name TEXT NOT NULL PRIMARY KEY,
            state TEXT NOT NULL,
            handled INTEGER NOT NULL,
            total INTEGER NOT NULL,
            started_at TEXT NOT NULL,
            finished_at TEXT,
            error TEXT
        ) WITHOUT ROWID
        """,
    ),
)

_GET: Final = "SELECT * FROM rebuilds WHERE index_name = ?"
_PUT: Final = "INSERT OR REPLACE INTO rebuilds VALUES (?, ?, ?, ?, ?, ?, ?)"


class SqliteRebuilds:
    """Implements Rebuilds; ``wake`` is called after each change."""

    def __init__(self, database: Database, wake: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._wake = wake

    def get(self, index: str) -> Rebuild | None:
        for name, state, handled, total, started, finished, error in self._database.rows(
            _GET, (index,)
        ):
            return Rebuild(
                name, State(state), handled, total, _moment(started), _maybe(finished), error
            )
        return None

    def put(self, rebuild: Rebuild) -> None:
        finished = rebuild.finished_at and rebuild.finished_at.isoformat()
        error = rebuild.error and storable(rebuild.error)
        started = rebuild.started_at.isoformat()
        figures = (rebuild.handled, rebuild.total)
        row = (rebuild.index, rebuild.state.value, *figures, started, finished, error)
        with self._database.write() as connection:
            connection.execute(_PUT, row)
        self._wake()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _maybe(text: str | None) -> datetime | None:
    return None if text is None else _moment(text)
