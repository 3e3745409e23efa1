"""The snapshot store on SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.adapters.embedded.database import Schema
from chalicelib.adapters.embedded.heads import head_from_text, head_to_text
from chalicelib.kernel.snapshot import Snapshot

if TYPE_CHECKING:
    from chalicelib.adapters.embedded.database import Database
    from chalicelib.kernel.stream import StreamId

SCHEMA: Final = Schema(
    "snapshots",
    1,
    (
        """
        CREATE TABLE snapshots (
            stream TEXT NOT NULL,
            version INTEGER NOT NULL,
            head TEXT NOT NULL,
            reducer TEXT NOT NULL,
            state BLOB NOT NULL,
            PRIMARY KEY (stream, version)
        )
        """,
    ),
)

# At the same version, a snapshot by the reducer of today takes the place of one by yesterday's.
_SAVE: Final = """
    INSERT INTO snapshots (stream, version, head, reducer, state) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (stream, version) DO UPDATE
    SET head = excluded.head, reducer = excluded.reducer, state = excluded.state
"""
_LATEST: Final = """
    SELECT head, reducer, state FROM snapshots WHERE stream = ? ORDER BY version DESC LIMIT 1
"""


class SqliteSnapshotStore:
    """Implements SnapshotStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self, stream: StreamId) -> Snapshot | None:
        rows = self._database.rows(_LATEST, (str(stream),))
        if not rows:
            return None
        head, reducer, state = rows[0]
        return Snapshot(stream, head_from_text(head), reducer, state)

    def save(self, snapshot: Snapshot) -> None:
        head = head_to_text(snapshot.head)
        row = (str(snapshot.stream), snapshot.version, head, snapshot.reducer, snapshot.state)
        with self._database.write() as connection:
            connection.execute(_SAVE, row)
