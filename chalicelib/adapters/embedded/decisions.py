"""Decisions on SQLite."""

from __future__ import annotations

import itertools
import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.decision_records import record_from_text, record_to_text, sortable
from chalicelib.adapters.embedded.schema import Schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.adapters.embedded.database import Database
    from chalicelib.services.governance.decisions import DecisionRecord

logger = logging.getLogger(__name__)

KEPT: Final = timedelta(days=400)
MOST: Final = 100_000
"""Denials to keep: about 80 MB. Whoever is denied can ask very often."""
_SURPLUS: Final = 1_000
"""Denials more than that, at most: they are counted once in so many."""

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
_DROP_SURPLUS: Final = """
    DELETE FROM denials WHERE at <= (SELECT at FROM denials ORDER BY at DESC LIMIT 1 OFFSET ?)
"""
_NEWEST: Final = """
    SELECT record FROM denials WHERE tenant = ? ORDER BY at DESC, id DESC LIMIT ?
"""
_BEFORE: Final = """
    SELECT record FROM denials WHERE tenant = ? AND (at, id) < (?, ?)
    ORDER BY at DESC, id DESC LIMIT ?
"""


class SqliteDecisions:
    """Implements Decisions; the oldest go when they are too old, or too many, as others come."""

    def __init__(self, database: Database, kept: timedelta = KEPT, most: int = MOST) -> None:
        self._database = database
        self._kept = kept
        self._most = most
        self._surplus = min(_SURPLUS, most)
        self._recorded = itertools.count()

    def record(self, denial: DecisionRecord) -> None:
        tenant = denial.subject.stream.tenant
        row = (tenant, sortable(denial.at), denial.id, record_to_text(denial))
        with self._database.write() as connection:
            connection.execute(_DROP, (sortable(denial.at - self._kept),))
            connection.execute(_RECORD, row)
            if next(self._recorded) % self._surplus == 0:
                dropped = connection.execute(_DROP_SURPLUS, (self._most,)).rowcount
                if dropped:
                    logger.warning("more denials than %d: the oldest %d go", self._most, dropped)

    def denials(
        self, tenant: str, *, limit: int, before: tuple[datetime, str] | None = None
    ) -> Sequence[DecisionRecord]:
        if before is None:
            rows = self._database.rows(_NEWEST, (tenant, limit))
        else:
            at, name = before
            rows = self._database.rows(_BEFORE, (tenant, sortable(at), name, limit))
        return [record_from_text(text) for (text,) in rows]
