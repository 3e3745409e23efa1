"""What goes wrong with a file, said so that one knows which file it was and what to do."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Misconfigured, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from threading import Lock

_MEND: Final = "put back a copy of the whole folder, or, if it is derived.db, delete it"
_ADVICE: Final[Mapping[int, str]] = {
    sqlite3.SQLITE_PERM: "may not be used; check its permissions",
    sqlite3.SQLITE_BUSY: "is locked by another process; stop that one, or try again",
    sqlite3.SQLITE_LOCKED: "is locked; try again",
    sqlite3.SQLITE_NOMEM: "needs more memory than there is",
    sqlite3.SQLITE_READONLY: "can't be written; check the permissions in its folder",
    sqlite3.SQLITE_IOERR: "can't be read or written; check the disk and the space on it",
    sqlite3.SQLITE_CORRUPT: f"is damaged; {_MEND}",
    sqlite3.SQLITE_FULL: "can't grow: the disk is full; make room",
    sqlite3.SQLITE_CANTOPEN: "can't be opened; check its folder and their permissions",
    sqlite3.SQLITE_PROTOCOL: "is opened by too many at once; try again",
    sqlite3.SQLITE_NOTADB: f"is not a database; {_MEND}",
}

_LASTING: Final = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOTADB,
    }
)


@contextmanager
def explained(path: Path, *, at_start: bool = False) -> Iterator[None]:
    """Turn SQLite's errors about a file into Unavailable; at start, what lasts is Misconfigured.

    Errors that are not the file's or the disk's fault stay what they are: they are bugs.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        # An extended code, as SQLITE_IOERR_WRITE, has its primary code in the lowest byte.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
        if code not in _ADVICE:
            raise
        kind = Misconfigured if at_start and code in _LASTING else Unavailable
        message = f"{path} {_ADVICE[code]} ({error})"
        raise kind(message) from error


@contextmanager
def in_turn(lock: Lock, seconds: float, path: Path) -> Iterator[None]:
    """Hold the lock of a file; raises Unavailable if it can't be had in time.

    Who has waited so long has a client that no longer does: to go on would only lengthen the queue.
    """
    if not lock.acquire(timeout=seconds):
        message = f"{path} has more to write than it can in {seconds:g} seconds; try again"
        raise Unavailable(message)
    try:
        yield
    finally:
        lock.release()
