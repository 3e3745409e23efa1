"""Consumers' positions on SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.adapters.embedded.database import Schema
from chalicelib.adapters.embedded.texts import storable
from chalicelib.kernel.stream import StreamId
from chalicelib.services.positions import ParkedStream, Position

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.adapters.embedded.database import Database

SCHEMA: Final = Schema(
    "positions",
    1,
    (
        """
        CREATE TABLE positions (
            consumer TEXT NOT NULL,
            stream TEXT NOT NULL,
            version INTEGER NOT NULL,
            parked TEXT,
            PRIMARY KEY (consumer, stream)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX parked_positions ON positions (consumer) WHERE parked IS NOT NULL",
    ),
)

_GET: Final = "SELECT version, parked FROM positions WHERE consumer = ? AND stream = ?"
_ADVANCE: Final = """
    INSERT INTO positions (consumer, stream, version) VALUES (?, ?, ?)
    ON CONFLICT (consumer, stream) DO UPDATE SET version = max(version, excluded.version)
"""
_PARK: Final = """
    INSERT INTO positions (consumer, stream, version, parked) VALUES (?, ?, ?, ?)
    ON CONFLICT (consumer, stream) DO UPDATE
    SET version = max(version, excluded.version), parked = excluded.parked
"""
_RELEASE: Final = "UPDATE positions SET parked = NULL WHERE consumer = ? AND stream = ?"
_PARKED: Final = """
    SELECT consumer, stream, version, parked FROM positions
    WHERE parked IS NOT NULL AND consumer = ifnull(?, consumer)
"""


class SqlitePositions:
    """Implements Positions."""

    def __init__(self, database: Database) -> None:
        self._database = database

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

    def release(self, consumer: str, stream: StreamId) -> None:
        with self._database.write() as connection:
            connection.execute(_RELEASE, (consumer, str(stream)))

    def parked(self, consumer: str | None = None) -> Sequence[ParkedStream]:
        found = [
            ParkedStream(name, StreamId.parse(stream), version, reason)
            for name, stream, version, reason in self._database.rows(_PARKED, (consumer,))
        ]
        return sorted(found, key=lambda each: (each.consumer, each.stream))
