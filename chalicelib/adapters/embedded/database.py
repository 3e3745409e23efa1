"""One SQLite file: a writer and a few readers, or these alone."""

from __future__ import annotations

import queue
import shutil
import sqlite3
import threading
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, NoReturn

from chalicelib.adapters.embedded.faults import explained, in_turn
from chalicelib.adapters.embedded.schema import made, prepare, version_of
from chalicelib.kernel.errors import Misconfigured, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chalicelib.adapters.embedded.schema import Schema

READERS: Final = 4
"""Reads at a time; one more waits for its turn."""
BUSY_TIMEOUT: Final = 5.0
"""Seconds that another thread or process may hold a lock before an operation gives up."""
_DAMAGE: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class Database:
    """A file of that schema, made if missing, in WAL mode and durable at each commit.

    Any number of threads may use it, and other processes may have it open. Raises Misconfigured if
    the file can't be used at all, Unavailable if it can't at the moment; both name the file. What
    is written after the file was moved, deleted or replaced is Unavailable: it would be lost.
    """

    def __init__(self, path: Path, schema: Schema) -> None:
        self._name(path, schema)
        with ExitStack() as undo, explained(path, at_start=True):
            self._writer = undo.enter_context(closing(self._connect("rwc")))
            self._identity = _identity(self._absolute)
            self._prepare(schema)
            undo.pop_all()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Give the writer for one transaction: all of the block is stored durably, or nothing."""
        with in_turn(self._writing, BUSY_TIMEOUT, self.path), explained(self.path):
            self._refuse_if_closed()
            with _transaction(self._writer):
                yield self._writer
            self._refuse_if_replaced()

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """Return all rows of one query, as of the last transaction that was committed."""
        with self._reader() as reader, explained(self.path):
            return reader.execute(sql, parameters).fetchall()

    def damage(self) -> list[str]:
        """Return what SQLite finds wrong with the file, and how its schema isn't as it was made."""
        try:
            found = [text for (text,) in self.rows("PRAGMA integrity_check(10)") if text != "ok"]
            with self._reader() as reader, explained(self.path):
                there = made(reader)
        except (Misconfigured, Unavailable, UnicodeDecodeError) as error:
            code = getattr(error.__cause__, "sqlite_errorcode", sqlite3.SQLITE_NOTADB) & 0xFF
            if code not in _DAMAGE or not self.path.is_file():
                raise
            return [str(error)]
        with closing(sqlite3.connect(":memory:")) as model:
            for statement in self._schema.statements:
                model.execute(statement)
            changed = [text.decode(errors="replace") for text in sorted(made(model) ^ there)]
        return found + [f"is not as it was made: {' '.join(text.split())}" for text in changed]

    def close(self) -> None:
        """Close the file once what is under way has ended; whoever comes later is refused."""
        with self._writing:
            self._close_readers()
            self._writer.close()  # the last to go: it merges the write-ahead log into the file

    def _name(self, path: Path, schema: Schema) -> None:
        self.path = path
        self._schema = schema
        self._absolute = path.absolute()
        self._closed = False
        self._identity = _identity(self._absolute)
        self._writing = threading.Lock()
        self._readers: queue.LifoQueue[sqlite3.Connection | None] = queue.LifoQueue()
        self._offer_readers()

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        reader = self._readers.get()
        try:
            self._refuse_if_closed()
            if reader is None:
                reader = self._new_reader()
            yield reader
        finally:
            self._readers.put(reader)

    def _new_reader(self) -> sqlite3.Connection:
        with ExitStack() as undo, explained(self.path):
            reader = undo.enter_context(closing(self._connect("ro")))
            self._refuse_if_replaced()
            undo.pop_all()
        return reader

    def _connect(self, mode: str, path: Path | None = None) -> sqlite3.Connection:
        return sqlite3.connect(
            f"{(path or self._absolute).as_uri()}?mode={mode}",  # a URI escapes ? and #
            uri=True,
            timeout=BUSY_TIMEOUT,
            isolation_level=None,  # transactions begin and end where this file says so
            check_same_thread=False,  # lock and pool let one thread at a time use a connection
        )

    def _close_readers(self) -> None:
        self._closed = True
        for reader in [self._readers.get() for _ in range(READERS)]:
            if reader is not None:
                reader.close()
        self._offer_readers()  # wakes those who wait for one, to be refused

    def _offer_readers(self) -> None:
        """Offer places for readers; each is connected when it is first needed."""
        for _ in range(READERS):
            self._readers.put(None)

    def _refuse_if_closed(self) -> None:
        if self._closed:
            message = f"{self.path} is closed"
            raise Unavailable(message)

    def _refuse_if_replaced(self) -> None:
        """Raise Unavailable if what was opened is no longer what the path leads to."""
        if self._identity is not None and self._identity != _identity(self._absolute):
            message = (
                f"{self.path} was moved, deleted or replaced while it is in use: nothing that is "
                "written now would last; stop this Nexus, put the file back, and start again"
            )
            raise Unavailable(message)

    def _prepare(self, schema: Schema) -> None:
        self._writer.execute("PRAGMA synchronous = FULL")
        with _transaction(self._writer):
            prepare(self._writer, schema, self.path)
        (mode,) = self._writer.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            message = f"the file system of {self.path} can't share memory; use a local disk"
            raise Misconfigured(message)
        # This opens the write-ahead log: the writer, closed last, can take it away only then.
        self._writer.execute("SELECT 1 FROM sqlite_master").fetchall()


class ReadOnlyDatabase(Database):
    """A file that is there already, opened when it is first read, and never written.

    SQLite makes the files "-wal" and "-shm" beside it, even to read. Where both are there, as a
    Nexus runs or was killed, it is read in place, with what is written meanwhile. Where not, nobody
    has it open: a private copy is read, which goes when this is closed. Raises as a Database does.
    """

    def __init__(self, path: Path, schema: Schema) -> None:
        self._name(path, schema)
        self._copies = ExitStack()

    def write(self) -> NoReturn:
        """Raise Unavailable."""
        raise Unavailable(f"{self.path} is open for reading only")

    def close(self) -> None:
        """Close what was opened, and remove what was copied."""
        with self._writing:
            self._close_readers()
            self._copies.close()

    def _connect(self, mode: str, path: Path | None = None) -> sqlite3.Connection:
        if not self.path.is_file():
            raise Misconfigured(f"{self.path} is not there: `nexus run` makes it")
        with ExitStack() as undo, explained(self.path, at_start=True):
            reader = undo.enter_context(closing(super()._connect(mode, path or self._readable())))
            version = version_of(reader, self._schema, self.path)
            if version is None:
                raise Misconfigured(f"{self.path} is empty: `nexus run` fills it")
            if version != self._schema.version:
                raise Misconfigured(f"{self.path} is of an older Nexus: `nexus run` takes it over")
            undo.pop_all()
        return reader

    def _readable(self) -> Path:
        """Return the file itself if it is open elsewhere, or a copy that is whole."""
        while not all(file.exists() for file in _sidecars(self._absolute)):
            try:
                before = _stamps(self._absolute)
                copy = self._copy()
                if _stamps(self._absolute) == before:
                    return copy
            except FileNotFoundError:  # a Nexus starts or stops right now
                continue
            except OSError as error:
                raise Misconfigured(f"{self.path} can't be copied ({error.strerror})") from error
        return self._absolute

    def _copy(self) -> Path:
        folder = Path(self._copies.enter_context(TemporaryDirectory(prefix="nexus-")))
        for file in filter(Path.exists, (self._absolute, _sidecars(self._absolute)[0])):
            shutil.copyfile(file, folder / file.name)
        return folder / self._absolute.name


def _sidecars(path: Path) -> tuple[Path, Path]:
    """Return the write-ahead log, and its index that processes share."""
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def _identity(path: Path) -> tuple[int, int] | None:
    """Return device and inode of a file, None if it isn't there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _stamps(path: Path) -> list[tuple[int, int, int]]:
    """Return what tells whether a file or its sidecars were changed."""
    found = [file.stat() for file in (path, *_sidecars(path)) if file.exists()]
    return [(stat.st_ino, stat.st_size, stat.st_mtime_ns) for stat in found]


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
