"""Consumers' positions on SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.adapters.embedded.places import SqlitePlace
from chalicelib.adapters.embedded.schema import Schema
from chalicelib.adapters.texts import storable
from chalicelib.kernel.stream import StreamId
from chalicelib.services.positions import ParkedStream, Position

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


SCHEMA: Final = Schema(
    "positions",
    2,
    (
        """
        CREATE TABLE positions (
            consumer TEXT NOT NULL,
            stream TEXT NOT NULL,
            version INTEGER NOT NULL,
            parked TEXT,
            waiting INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (consumer, stream)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX parked_positions ON positions (consumer) WHERE parked IS NOT NULL",
    ),
)

_GET: Final = "SELECT version, parked, waiting FROM positions WHERE consumer = ? AND stream = ?"
_ADVANCE: Final = """
    INSERT INTO positions (consumer, stream, version) VALUES (?, ?, ?)
    ON CONFLICT (consumer, stream) DO UPDATE SET version = max(version, excluded.version)
"""
_PARK: Final = """
    INSERT INTO positions (consumer, stream, version, parked) VALUES (?, ?, ?, ?)
    ON CONFLICT (consumer, stream) DO UPDATE
    SET version = max(version, excluded.version), parked = excluded.parked
"""
_WAIT: Final = """
    UPDATE positions SET waiting = waiting + 1
    WHERE consumer = ? AND stream = ? AND parked IS NOT NULL
"""
_RELEASE: Final = """
    UPDATE positions SET parked = NULL, waiting = 0
    WHERE consumer = ? AND stream = ? AND waiting <= ?
"""
_MORE: Final = "SELECT 1 FROM positions WHERE consumer = ? AND stream = ? AND waiting > ?"
_PARKED: Final = """
    SELECT consumer, stream, version, parked, waiting FROM positions
    WHERE parked IS NOT NULL AND consumer = ifnull(?, consumer)
"""
_BEHIND: Final = """
    SELECT other.stream, other.version FROM positions other
    LEFT JOIN positions mine ON mine.consumer = ? AND mine.stream = other.stream
    WHERE other.consumer = ? AND other.version > ifnull(mine.version, 0) AND mine.parked IS NULL
"""
_CLEAR: Final = "DELETE FROM positions WHERE consumer = ?"


class SqlitePositions(SqlitePlace):
    """Implements ClearablePositions."""

    _clear = _CLEAR

    def get(self, consumer: str, stream: StreamId) -> Position:
        rows = self._database.rows(_GET, (consumer, str(stream)))
        return Position(*rows[0]) if rows else Position()

    def advance(self, consumer: str, versions: Mapping[StreamId, int]) -> None:
        rows = [(consumer, str(stream), version) for stream, version in versions.items()]
        if rows:
            with self._database.write() as connection:
                connection.executemany(_ADVANCE, rows)

    def park(self, consumer: str, stream: StreamId, version: int, reason: str) -> None:
        with self._database.write() as connection:
            connection.execute(_PARK, (consumer, str(stream), version, storable(reason)))

    def wait(self, consumer: str, stream: StreamId) -> bool:
        with self._database.write() as connection:
            return connection.execute(_WAIT, (consumer, str(stream))).rowcount > 0

    def release(self, consumer: str, stream: StreamId, waiting: int) -> bool:
        asked = (consumer, str(stream), waiting)
        with self._database.write() as connection:
            connection.execute(_RELEASE, asked)
            return connection.execute(_MORE, asked).fetchone() is None

    def parked(self, consumer: str | None = None) -> Sequence[ParkedStream]:
        found = [
            ParkedStream(name, StreamId.parse(stream), *rest)
            for name, stream, *rest in self._database.rows(_PARKED, (consumer,))
        ]
        return sorted(found, key=lambda each: (each.consumer, each.stream))

    def behind(self, consumer: str, other: str) -> Mapping[StreamId, int]:
        found = self._database.rows(_BEHIND, (consumer, other))
        return {StreamId.parse(stream): version for stream, version in found}
