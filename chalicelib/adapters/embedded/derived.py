"""The derived file: all that is computed from the log, and up to which commit of it.

Read models, positions, snapshots and the bus lie in one file, so that they are of one moment, come
what may: a copy of it, however old, is a state that the system was in, and goes on from there. Each
transaction also notes the log's newest commit, so nothing in the file is of a later one. Where the
log lacks that commit, it is another log or this one of an earlier day; then, and where the tables
are those of another Nexus, the file is discarded, and the pump makes it again from the log.
"""

from __future__ import annotations

import logging
import sqlite3
import zlib
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.embedded import bus, lineups, positions, read_models, snapshots
from chalicelib.adapters.embedded.database import Database
from chalicelib.adapters.embedded.faults import explained
from chalicelib.adapters.embedded.schema import Schema, header_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

logger = logging.getLogger(__name__)

_PARTS: Final = (
    snapshots.SCHEMA,
    positions.SCHEMA,
    read_models.SCHEMA,
    lineups.SCHEMA,
    bus.SCHEMA,
)

SCHEMA: Final = Schema(
    "derived data",
    zlib.crc32(repr(_PARTS).encode()) >> 1,  # any change of a part makes the file again
    (
        *(statement for part in _PARTS for statement in part.statements),
        "CREATE TABLE origin (sequence INTEGER NOT NULL, hash BLOB NOT NULL)",
        "INSERT INTO origin VALUES (0, x'')",
    ),
)

_NEWEST: Final = "SELECT sequence, hash FROM commits ORDER BY sequence DESC LIMIT 1"
_NOTE: Final = "UPDATE origin SET sequence = ?, hash = ? WHERE sequence < ?"
_AT: Final = "SELECT hash FROM commits WHERE sequence = ?"


class DerivedDatabase(Database):
    """The derived file beside its log, the event store's file."""

    def __init__(self, path: Path, log: Database) -> None:
        super().__init__(path, SCHEMA)
        self._log = log

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Give the writer for one transaction, which notes the log's newest commit in the end."""
        with super().write() as connection:
            yield connection
            for sequence, digest in self._log.rows(_NEWEST):
                connection.execute(_NOTE, (sequence, digest, sequence))

    def estrangement(self) -> str | None:
        """Return how this can't have come from the log, None if it has."""
        ((sequence, digest),) = self.rows("SELECT sequence, hash FROM origin")
        found = self._log.rows(_AT, (sequence,))
        if sequence == 0 or found == [(digest,)]:
            return None
        has = "has another one there" if found else "does not have"
        return f"{self.path} knows commit number {sequence}, which {self._log.path} {has}"


def open_derived(path: Path, log: Database) -> DerivedDatabase:
    """Return the derived file of a log: as it is, or empty if it can't be used any more."""
    if _is_of_another_version(path):
        _discard(path, f"{path} was made by another version of Nexus")
    with ExitStack() as undo:
        derived = undo.enter_context(closing(DerivedDatabase(path, log)))
        reason = derived.estrangement()
        if reason is None:
            undo.pop_all()
            return derived
    _discard(path, reason)
    return DerivedDatabase(path, log)


def _is_of_another_version(path: Path) -> bool:
    if not path.exists():
        return False
    uri = f"{path.absolute().as_uri()}?mode=rw"
    with explained(path, at_start=True), closing(sqlite3.connect(uri, uri=True)) as connection:
        kind, version = header_of(connection)
    return kind == SCHEMA.application_id and version != SCHEMA.version


def _discard(path: Path, reason: str) -> None:
    logger.warning("%s: all of it is discarded, and made again from the event store", reason)
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):  # never a log without its file
        path.with_name(name).unlink(missing_ok=True)
