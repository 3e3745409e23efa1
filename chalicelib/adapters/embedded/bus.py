"""The event bus on SQLite: a log for each topic, and the checkpoints of those who read it.

Both lie in one file, which is derived: where it is new, the router starts at the first commit.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.embedded.records import record_of, row_of
from chalicelib.adapters.embedded.schema import Schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from chalicelib.adapters.embedded.database import Database
    from chalicelib.adapters.embedded.records import Record
    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.services.event_router import Topic

SCHEMA: Final = Schema(
    "bus",
    1,
    (
        # Without AUTOINCREMENT, an emptied table would give its sequence numbers out again.
        """
        CREATE TABLE records (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            topic TEXT NOT NULL,
            stream TEXT NOT NULL,
            version INTEGER NOT NULL,
            count INTEGER NOT NULL,
            header BLOB NOT NULL,
            body BLOB NOT NULL,
            hash BLOB NOT NULL
        )
        """,
        "CREATE INDEX records_by_topic ON records (topic, sequence)",
        """
        CREATE TABLE checkpoints (
            mapping TEXT NOT NULL PRIMARY KEY,
            sequence INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
    ),
)

_PUBLISH: Final = """
    INSERT INTO records (topic, stream, version, count, header, body, hash)
    VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_RECORDS: Final = """
    SELECT sequence, stream, version, count, header, body, hash FROM records
    WHERE topic = ? AND sequence > ? ORDER BY sequence LIMIT ?
"""
_WAITING: Final = "SELECT count(*) FROM records WHERE topic = ? AND sequence > ?"
_TRIM: Final = "DELETE FROM records WHERE topic = ? AND sequence <= ?"
_CHECKPOINT: Final = "SELECT sequence FROM checkpoints WHERE mapping = ?"
_FIRST: Final = "INSERT OR IGNORE INTO checkpoints (mapping, sequence) VALUES (?, ?)"
_KEEP: Final = "DELETE FROM checkpoints WHERE mapping NOT IN (SELECT value FROM json_each(?))"
_SAVE: Final = """
    INSERT INTO checkpoints (mapping, sequence) VALUES (?, ?)
    ON CONFLICT (mapping) DO UPDATE SET sequence = excluded.sequence
"""


class SqliteEventBus:
    """Implements EventBus; ``wake`` is called after each publication."""

    def __init__(self, database: Database, wake: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._wake = wake

    def publish(self, topic: Topic, commits: Sequence[PackedCommit]) -> None:
        rows = [(topic.value, *row_of(commit)) for commit in commits]
        if rows:
            with self._database.write() as connection:
                connection.executemany(_PUBLISH, rows)
            self._wake()

    def records(self, topic: Topic, after: int, limit: int) -> list[Record]:
        """Return the records of a topic behind a sequence number, in the order of publication."""
        rows = self._database.rows(_RECORDS, (topic.value, after, limit))
        return [record_of(row) for row in rows]

    def waiting(self, topic: Topic, after: int) -> int:
        """Return how many records of a topic lie behind a sequence number."""
        ((count,),) = self._database.rows(_WAITING, (topic.value, after))
        return int(count)

    def trim(self, topic: Topic, upto: int) -> None:
        """Forget the records of a topic up to and including a sequence number."""
        with self._database.write() as connection:
            connection.execute(_TRIM, (topic.value, upto))


class Checkpoints:
    """The sequence number up to which each mapping has handled its feed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, mapping: str) -> int:
        """Return a mapping's checkpoint, 0 at first."""
        rows = self._database.rows(_CHECKPOINT, (mapping,))
        return int(rows[0][0]) if rows else 0

    def first(self, mapping: str, sequence: int) -> int:
        """Return the checkpoint of that name; this is it from now on if there was none."""
        with self._database.write() as connection:
            connection.execute(_FIRST, (mapping, sequence))
        return self.get(mapping)

    def keep_only(self, names: Iterable[str]) -> None:
        """Forget all other checkpoints: whoever comes back later is new here."""
        with self._database.write() as connection:
            connection.execute(_KEEP, (json.dumps(list(names)),))

    def save(self, mapping: str, sequence: int) -> None:
        """Keep a mapping's checkpoint."""
        with self._database.write() as connection:
            connection.execute(_SAVE, (mapping, sequence))


class ReadOnlyCheckpoints(Checkpoints):
    """The checkpoints as they stand in a file that is open for reading only."""

    def first(self, mapping: str, sequence: int) -> int:
        """Return the checkpoint of that name, or the sequence number if there is none yet."""
        rows = self._database.rows(_CHECKPOINT, (mapping,))
        return int(rows[0][0]) if rows else sequence
