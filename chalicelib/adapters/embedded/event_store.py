"""The event store on SQLite: a table that only takes inserts, and its change feed."""

from __future__ import annotations

import logging
import sqlite3
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.embedded.records import record_of, row_of
from chalicelib.adapters.embedded.schema import Schema
from chalicelib.kernel.commit import PackedCommit
from chalicelib.kernel.errors import CorruptStream, VersionConflict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from chalicelib.adapters.embedded.database import Database
    from chalicelib.adapters.embedded.records import Record
    from chalicelib.kernel.stream import StreamId

logger = logging.getLogger(__name__)

_PAGE: Final = 64
"""Commits in one read: 25 MB at most."""

_ENDLESS: Final = 2**63 - 1
"""Beyond every version."""
# Each of the two indexes keeps a version from being taken twice, also if the other one is damaged.
_AGAIN: Final = "CREATE UNIQUE INDEX commits_by_version ON commits (version, stream)"

SCHEMA: Final = Schema(
    "event store",
    2,
    (
        """
        CREATE TABLE commits (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            stream TEXT NOT NULL,
            version INTEGER NOT NULL,
            count INTEGER NOT NULL,
            header BLOB NOT NULL,
            body BLOB NOT NULL,
            hash BLOB NOT NULL,
            UNIQUE (stream, version)
        )
        """,
        """
        CREATE TRIGGER no_update BEFORE UPDATE ON commits
        BEGIN SELECT RAISE(ABORT, 'a commit is never changed'); END
        """,
        """
        CREATE TRIGGER no_delete BEFORE DELETE ON commits
        BEGIN SELECT RAISE(ABORT, 'a commit is never deleted'); END
        """,
        # INSERT OR REPLACE deletes what it replaces without asking the trigger above.
        """
        CREATE TRIGGER no_replace BEFORE INSERT ON commits
        WHEN EXISTS (
            SELECT 1 FROM commits
            WHERE (stream = NEW.stream AND version = NEW.version) OR sequence = NEW.sequence
        )
        BEGIN SELECT RAISE(ABORT, 'a commit is never replaced'); END
        """,
        _AGAIN,
    ),
    upgrades={1: (_AGAIN,)},
)

_INSERT: Final = """
    INSERT INTO commits (stream, version, count, header, body, hash) VALUES (?, ?, ?, ?, ?, ?)
"""
# By the index that reading goes by, so that what append is told agrees with what was read.
_AT: Final = """
    SELECT version, count, header, body, hash FROM commits INDEXED BY sqlite_autoindex_commits_1
    WHERE stream = ? AND version = ?
"""
_AFTER: Final = """
    SELECT version, count, header, body, hash FROM commits
    WHERE stream = ? AND version > ? AND version < ? ORDER BY version LIMIT ?
"""
_TAIL: Final = """
    SELECT version, count, header, body, hash FROM commits
    WHERE stream = ? ORDER BY version DESC LIMIT ?
"""
_CHANGES: Final = """
    SELECT sequence, stream, version, count, header, body, hash FROM commits
    WHERE sequence > ? ORDER BY sequence LIMIT ?
"""


class SqliteEventStore:
    """Implements EventStore; ``wake`` is called after each commit that was not there before."""

    strong: bool = True

    def __init__(self, database: Database, wake: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._wake = wake

    def append(self, commit: PackedCommit) -> None:
        try:
            with self._database.write() as connection:
                connection.execute(_INSERT, row_of(commit))
        except sqlite3.IntegrityError:
            rival = self.commit_at(commit.stream, commit.version)
            if rival is None:
                raise self._damaged(commit) from None
            if rival.hash != commit.hash:
                raise VersionConflict(str(commit.stream), commit.version) from None
        else:
            self._wake()

    def commit_at(self, stream: StreamId, version: int) -> PackedCommit | None:
        rows = self._database.rows(_AT, (str(stream), version))
        return PackedCommit(stream, *rows[0]) if rows else None

    def read(
        self,
        stream: StreamId,
        *,
        after: int = 0,
        before: int | None = None,
        strong: bool = False,
    ) -> Iterator[PackedCommit]:
        end = _ENDLESS if before is None else before
        while True:
            rows = self._database.rows(_AFTER, (str(stream), after, end, _PAGE))
            for row in rows:
                yield PackedCommit(stream, *row)
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]

    def tail(self, stream: StreamId, *, limit: int, strong: bool = False) -> Sequence[PackedCommit]:
        rows = self._database.rows(_TAIL, (str(stream), limit))
        return [PackedCommit(stream, *row) for row in reversed(rows)]

    def changes(self, after: int, limit: int) -> list[Record]:
        """Return the commits of all streams behind a sequence number, in the order of writing.

        Writers take turns, so a lower number never turns up behind a higher one that was read.
        """
        return [record_of(row) for row in self._database.rows(_CHANGES, (after, limit))]

    def _damaged(self, commit: PackedCommit) -> CorruptStream:
        """Return what to say of a version that is taken, and yet not found."""
        message = (
            f"{self._database.path} is damaged: version {commit.version} of {commit.stream} is "
            "taken, but the index doesn't lead there; see what `nexus verify` finds, and put back "
            "a copy"
        )
        logger.error(message)
        return CorruptStream(message)

    def newest(self) -> int:
        """Return the sequence number of the last commit, 0 if there is none."""
        ((sequence,),) = self._database.rows("SELECT max(sequence) FROM commits")
        return int(sequence or 0)

    def waiting(self, after: int) -> int:
        """Return how many commits lie behind a sequence number."""
        ((count,),) = self._database.rows(
            "SELECT count(*) FROM commits WHERE sequence > ?", (after,)
        )
        return int(count)
