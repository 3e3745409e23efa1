"""One SQLite file: a writer, a few readers, and a schema that is recognised before it is used."""

from __future__ import annotations

import queue
import sqlite3
import threading
import zlib
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.embedded.faults import explained
from chalicelib.kernel.errors import Misconfigured, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

READERS: Final = 4
"""Reads at a time; one more waits for its turn."""
BUSY_TIMEOUT: Final = 5.0
"""Seconds that another process may hold a lock before an operation gives up."""


@dataclass(frozen=True, slots=True)
class Schema:
    """What a file holds, the version of its tables, and the statements that make them."""

    kind: str
    version: int
    statements: tuple[str, ...]

    @property
    def application_id(self) -> int:
        """The number in the file's header that tells this kind of file from every other."""
        return zlib.crc32(f"nexus {self.kind}".encode()) >> 1


class Database:
    """A file of that schema, made if missing, in WAL mode and durable at each commit.

    Any number of threads may use it, and other processes may have it open. Raises Misconfigured if
    the file can't be used at all, Unavailable if it can't at the moment; both name the file.
    """

    def __init__(self, path: Path, schema: Schema) -> None:
        self.path = path
        self._uri = path.absolute().as_uri()  # escapes what has a meaning in a URI, as ? and #
        self._closed = False
        self._writing = threading.Lock()
        self._readers: queue.LifoQueue[sqlite3.Connection | None] = queue.LifoQueue()
        with ExitStack() as undo, explained(path, at_start=True):
            self._writer = undo.enter_context(closing(self._connect("rwc")))
            self._prepare(schema)
            undo.pop_all()
        self._offer_readers()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Give the writer for one transaction: all of the block is stored durably, or nothing."""
        with self._writing, explained(self.path):
            self._refuse_if_closed()
            with _transaction(self._writer):
                yield self._writer

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """Return all rows of one query, as of the last transaction that was committed."""
        with self._reader() as reader, explained(self.path):
            return reader.execute(sql, parameters).fetchall()

    def close(self) -> None:
        """Close the file once what is under way has ended; whoever comes later is refused."""
        with self._writing:
            self._closed = True
            for reader in [self._readers.get() for _ in range(READERS)]:
                if reader is not None:
                    reader.close()
            self._offer_readers()  # wakes those who wait for one, to be refused
            self._writer.close()  # the last to go: it merges the write-ahead log into the file

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        reader = self._readers.get()
        try:
            self._refuse_if_closed()
            if reader is None:
                with explained(self.path):
                    reader = self._connect("ro")
            yield reader
        finally:
            self._readers.put(reader)

    def _offer_readers(self) -> None:
        """Offer places for readers; each is connected when it is first needed."""
        for _ in range(READERS):
            self._readers.put(None)

    def _refuse_if_closed(self) -> None:
        if self._closed:
            message = f"{self.path} is closed"
            raise Unavailable(message)

    def _connect(self, mode: str) -> sqlite3.Connection:
        return sqlite3.connect(
            f"{self._uri}?mode={mode}",
            uri=True,
            timeout=BUSY_TIMEOUT,
            isolation_level=None,  # transactions begin and end where this file says so
            check_same_thread=False,  # lock and pool let one thread at a time use a connection
        )

    def _prepare(self, schema: Schema) -> None:
        self._writer.execute("PRAGMA synchronous = FULL")
        with _transaction(self._writer):
            if not recognised(self._writer, schema, self.path):
                for statement in schema.statements:
                    self._writer.execute(statement)
                self._writer.execute(f"PRAGMA application_id = {schema.application_id}")
            # Written each time: a file that can't be written is found out here and now.
            self._writer.execute(f"PRAGMA user_version = {schema.version}")
        (mode,) = self._writer.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            message = f"the file system of {self.path} can't share memory; use a local disk"
            raise Misconfigured(message)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # some errors have rolled it back already
            connection.execute("ROLLBACK")
        raise


def recognised(connection: sqlite3.Connection, schema: Schema, path: Path) -> bool:
    """Tell whether the file has this schema; false if it has none, raises if it has another."""
    (kind,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if (kind, version, tables) == (0, 0, 0):
        return False
    if kind != schema.application_id:
        message = f"{path} holds no {schema.kind} of Nexus; move it away, or use another folder"
        raise Misconfigured(message)
    if version != schema.version:
        message = (
            f"{path} has version {version} of the {schema.kind}, and this Nexus reads version "
            f"{schema.version}; run the Nexus that wrote it, or use another folder"
        )
        raise Misconfigured(message)
    return True
