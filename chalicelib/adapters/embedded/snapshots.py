"""The snapshot store on SQLite; each row is sealed, and a damaged one is no snapshot."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.embedded.schema import Schema
from chalicelib.adapters.heads import head_from_text, head_to_text
from chalicelib.adapters.seals import seal
from chalicelib.kernel.snapshot import Snapshot

if TYPE_CHECKING:
    from chalicelib.adapters.embedded.database import Database
    from chalicelib.kernel.stream import StreamId

logger = logging.getLogger(__name__)

SCHEMA: Final = Schema(
    "snapshots",
    2,
    (
        """
        CREATE TABLE snapshots (
            stream TEXT NOT NULL,
            version INTEGER NOT NULL,
            head TEXT NOT NULL,
            reducer TEXT NOT NULL,
            state BLOB NOT NULL,
            seal BLOB NOT NULL,
            PRIMARY KEY (stream, version)
        )
        """,
    ),
)

# At the same version, a snapshot by the reducer of today takes the place of one by yesterday's.
_SAVE: Final = """
    INSERT INTO snapshots (stream, version, head, reducer, state, seal) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (stream, version) DO UPDATE SET
        head = excluded.head, reducer = excluded.reducer,
        state = excluded.state, seal = excluded.seal
"""
_LATEST: Final = """
    SELECT version, head, reducer, state, seal FROM snapshots
    WHERE stream = ? ORDER BY version DESC LIMIT 1
"""


class SqliteSnapshotStore:
    """Implements SnapshotStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self, stream: StreamId) -> Snapshot | None:
        rows = self._database.rows(_LATEST, (str(stream),))
        if not rows:
            return None
        version, head, reducer, state, found = rows[0]
        if found != seal(str(stream), version, head, reducer, state):
            logger.error(
                "the snapshot of %s at version %s is damaged, and not used", stream, version
            )
            return None
        return Snapshot(stream, head_from_text(head), reducer, state)

    def save(self, snapshot: Snapshot) -> None:
        head = head_to_text(snapshot.head)
        row = (str(snapshot.stream), snapshot.version, head, snapshot.reducer, snapshot.state)
        with self._database.write() as connection:
            connection.execute(_SAVE, (*row, seal(*row)))
