"""Decisions on SQLite."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.decision_records import record_from_text, record_to_text, sortable
from chalicelib.adapters.embedded.schema import Schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.adapters.embedded.database import Database
    from chalicelib.services.governance.decisions import DecisionRecord

KEPT: Final = timedelta(days=400)

SCHEMA: Final = Schema(
    "decisions",
    1,
    (
        """
        CREATE TABLE denials (
            tenant TEXT NOT NULL,
            at TEXT NOT NULL,
            id TEXT NOT NULL,
            record TEXT NOT NULL,
            PRIMARY KEY (tenant, at, id)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX denials_by_time ON denials (at)",
    ),
)

_RECORD: Final = "INSERT OR REPLACE INTO denials VALUES (?, ?, ?, ?)"
_DROP: Final = "DELETE FROM denials WHERE at < ?"
_NEWEST: Final = """
    SELECT record FROM denials WHERE tenant = ? ORDER BY at DESC, id DESC LIMIT ?
"""
_BEFORE: Final = """
    SELECT record FROM denials WHERE tenant = ? AND (at, id) < (?, ?)
    ORDER BY at DESC, id DESC LIMIT ?
"""


class SqliteDecisions:
    """Implements Decisions; what has grown too old goes when the next one comes."""

    def __init__(self, database: Database, kept: timedelta = KEPT) -> None:
        self._database = database
        self._kept = kept

    def record(self, denial: DecisionRecord) -> None:
        tenant = denial.subject.stream.tenant
        row = (tenant, sortable(denial.at), denial.id, record_to_text(denial))
        with self._database.write() as connection:
            connection.execute(_DROP, (sortable(denial.at - self._kept),))
            connection.execute(_RECORD, row)

    def denials(
        self, tenant: str, *, limit: int, before: tuple[datetime, str] | None = None
    ) -> Sequence[DecisionRecord]:
        if before is None:
            rows = self._database.rows(_NEWEST, (tenant, limit))
        else:
            at, name = before
            rows = self._database.rows(_BEFORE, (tenant, sortable(at), name, limit))
        return [record_from_text(text) for (text,) in rows]
