"""The lineup of each projection, on SQLite."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.embedded.schema import Schema
from chalicelib.adapters.texts import storable
from chalicelib.kernel.stream import StreamId
from chalicelib.services.lineups import Lineup, Rebuild, State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.adapters.embedded.database import Database

SCHEMA: Final = Schema(
    "lineups",
    4,
    (
        """
        CREATE TABLE lineups (
            projection TEXT NOT NULL PRIMARY KEY,
            revision INTEGER NOT NULL,
            live TEXT,
            previous TEXT,
            rebuild TEXT NOT NULL,  -- JSON
            leaving TEXT NOT NULL,  -- JSON
            owed TEXT NOT NULL  -- JSON
        ) WITHOUT ROWID
        """,
    ),
)

_GET: Final = """
    SELECT live, previous, rebuild, leaving, owed, revision FROM lineups WHERE projection = ?
"""
_PUT: Final = """
    INSERT INTO lineups (live, previous, rebuild, leaving, owed, revision, projection)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (projection) DO UPDATE
    SET live = excluded.live, previous = excluded.previous, rebuild = excluded.rebuild,
        leaving = excluded.leaving, owed = excluded.owed, revision = excluded.revision
    WHERE revision = excluded.revision - 1
"""


class SqliteLineups:
    """Implements Lineups; ``wake`` is called after each change."""

    def __init__(self, database: Database, wake: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._wake = wake

    def get(self, projection: str) -> Lineup:
        for live, previous, *plain, revision in self._database.rows(_GET, (projection,)):
            last, leaving, owed = (json.loads(each) for each in plain)
            return Lineup(
                projection,
                live,
                previous,
                rebuild=last and _rebuild(last),
                leaving=tuple(leaving),
                owed={index: _versions(each) for index, each in owed.items()},
                revision=revision,
            )
        return Lineup(projection)

    def put(self, lineup: Lineup) -> bool:
        rebuild = lineup.rebuild and _plain(lineup.rebuild)
        owed = {index: _named(each) for index, each in lineup.owed.items()}
        plain = map(json.dumps, (rebuild, lineup.leaving, owed))
        row = (lineup.live, lineup.previous, *plain, lineup.revision, lineup.projection)
        with self._database.write() as connection:
            kept = connection.execute(_PUT, row).rowcount > 0
        self._wake()
        return kept


def _named(versions: Mapping[StreamId, int]) -> dict[str, int]:
    return {str(stream): version for stream, version in sorted(versions.items())}


def _versions(named: Mapping[str, int]) -> dict[StreamId, int]:
    return {StreamId.parse(name): version for name, version in named.items()}


def _plain(rebuild: Rebuild) -> dict[str, Any]:
    finished = rebuild.finished_at and rebuild.finished_at.isoformat()
    error = rebuild.error and storable(rebuild.error)
    started = rebuild.started_at.isoformat()
    return asdict(rebuild) | {"started_at": started, "finished_at": finished, "error": error}


def _rebuild(plain: dict[str, Any]) -> Rebuild:
    started, finished = plain["started_at"], plain["finished_at"]
    times = {
        "started_at": datetime.fromisoformat(started),
        "finished_at": finished and datetime.fromisoformat(finished),
    }
    return Rebuild(**plain | times | {"state": State(plain["state"])})
