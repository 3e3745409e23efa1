"""Dead letters on SQLite."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.embedded.places import SqlitePlace
from chalicelib.adapters.embedded.records import row_of
from chalicelib.adapters.embedded.schema import Schema
from chalicelib.adapters.texts import storable
from chalicelib.kernel.commit import PackedCommit
from chalicelib.kernel.stream import StreamId
from chalicelib.services.dead_letters import DeadLetter

if TYPE_CHECKING:
    from collections.abc import Sequence


SCHEMA: Final = Schema(
    "dead letters",
    1,
    (
        """
        CREATE TABLE letters (
            consumer TEXT NOT NULL,
            stream TEXT NOT NULL,
            version INTEGER NOT NULL,
            count INTEGER NOT NULL,
            header BLOB NOT NULL,
            body BLOB NOT NULL,
            hash BLOB NOT NULL,
            reason TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            failed_at TEXT NOT NULL,
            PRIMARY KEY (consumer, stream, version)
        ) WITHOUT ROWID
        """,
    ),
)

_PUT: Final = "INSERT OR REPLACE INTO letters VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_GET: Final = "SELECT * FROM letters WHERE consumer = ? AND stream = ? ORDER BY version"
_REMOVE: Final = "DELETE FROM letters WHERE consumer = ? AND stream = ? AND version <= ?"
_ALL: Final = """
    SELECT * FROM letters WHERE consumer = ifnull(?, consumer) ORDER BY consumer, stream, version
"""
_CLEAR: Final = "DELETE FROM letters WHERE consumer = ?"


class SqliteDeadLetters(SqlitePlace):
    """Implements DeadLetters and Clearable."""

    _clear = _CLEAR

    def put(self, letter: DeadLetter) -> None:
        reason, failed_at = storable(letter.reason), letter.failed_at.isoformat()
        row = (letter.consumer, *row_of(letter.commit), reason, letter.attempts, failed_at)
        with self._database.write() as connection:
            connection.execute(_PUT, row)

    def get(self, consumer: str, stream: StreamId) -> Sequence[DeadLetter]:
        return [_letter(row) for row in self._database.rows(_GET, (consumer, str(stream)))]

    def remove(self, consumer: str, stream: StreamId, upto: int) -> None:
        with self._database.write() as connection:
            connection.execute(_REMOVE, (consumer, str(stream), upto))

    def all(self, consumer: str | None = None) -> Sequence[DeadLetter]:
        return [_letter(row) for row in self._database.rows(_ALL, (consumer,))]

    def count(self) -> int:
        ((count,),) = self._database.rows("SELECT count(*) FROM letters")
        return int(count)


def _letter(row: Any) -> DeadLetter:
    consumer, stream, *commit, reason, attempts, failed_at = row
    packed = PackedCommit(StreamId.parse(stream), *commit)
    return DeadLetter(consumer, packed, reason, attempts, datetime.fromisoformat(failed_at))
