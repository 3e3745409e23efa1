"""The data folder: all that one running Nexus stores, and the lock that makes it the only one."""

from __future__ import annotations

import fcntl
import os
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.embedded import dead_letters, decisions, derived, event_store
from chalicelib.adapters.embedded.database import Database, ReadOnlyDatabase
from chalicelib.adapters.embedded.derived import open_derived
from chalicelib.kernel.errors import Misconfigured

if TYPE_CHECKING:
    from pathlib import Path

    from chalicelib.adapters.embedded.schema import Schema

LOG: Final = "event-store.db"
"""The truth; with the dead letters, all that a backup needs."""
DEAD_LETTERS: Final = "dead-letters.db"
DECISIONS: Final = "decisions.db"
DERIVED: Final = "derived.db"
"""What is computed from the log; made again where it is missing or doesn't fit."""
_PRIVATE: Final = 0o700
"""Only its owner may look into a new folder: events can hold personal data."""


class DataFolder:
    """A folder, made if missing, with its databases open until ``close``.

    Raises Misconfigured if it can't be used or another process uses it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        _make(path)
        with ExitStack() as stack:
            stack.callback(os.close, _lock(path))
            self._open(stack)

    def close(self) -> None:
        """Close the databases, then let others have the folder."""
        self._opened.close()

    def _open(self, stack: ExitStack) -> None:
        """Open the event store first: where there is a derived file, there is its log."""
        log, derived_file = self.path / LOG, self.path / DERIVED
        if derived_file.exists() and not log.exists():
            message = (
                f"{log} is missing, and {derived_file} was made from it: put the event store back "
                "or, to begin anew, use another folder"
            )
            raise Misconfigured(message)
        self.event_store = stack.enter_context(closing(Database(log, event_store.SCHEMA)))
        letters = Database(self.path / DEAD_LETTERS, dead_letters.SCHEMA)
        self.dead_letters = stack.enter_context(closing(letters))
        made = Database(self.path / DECISIONS, decisions.SCHEMA)
        self.decisions = stack.enter_context(closing(made))
        self.derived: Database = open_derived(derived_file, self.event_store)
        stack.enter_context(closing(self.derived))
        self._opened = stack.pop_all()

    @property
    def snapshots(self) -> Database:
        """The file that holds the snapshots; likewise the others."""
        return self.derived

    positions = read_models = lineups = bus = snapshots


class ReadOnlyFolder(DataFolder):
    """The same folder, for looking only: nothing is made, written or locked, and nobody disturbed.

    A file is opened when it is first read. Raises Misconfigured if the folder isn't there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_dir():
            message = f"there is no data folder {path}: `nexus run` makes it, or name another one"
            raise Misconfigured(message)
        with ExitStack() as stack:
            self._open(stack)

    def _open(self, stack: ExitStack) -> None:
        def file(name: str, schema: Schema) -> Database:
            return stack.enter_context(closing(ReadOnlyDatabase(self.path / name, schema)))

        self.event_store = file(LOG, event_store.SCHEMA)
        self.dead_letters = file(DEAD_LETTERS, dead_letters.SCHEMA)
        self.decisions = file(DECISIONS, decisions.SCHEMA)
        self.derived = file(DERIVED, derived.SCHEMA)
        self._opened = stack.pop_all()


def _make(path: Path) -> None:
    try:
        path.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    except OSError as error:
        message = f"{path} can't be made the data folder ({error.strerror}); choose another one"
        raise Misconfigured(message) from error
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        message = f"the data folder {path} can't be written; check its permissions"
        raise Misconfigured(message)


def _lock(path: Path) -> int:
    """Return a file that stays locked until it is closed, at the latest when the process ends.

    It is a bare number, which no garbage collection closes while the databases are still in use.
    """
    with ExitStack() as undo:
        try:
            file = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            undo.callback(os.close, file)
            _take(file, path)
        except OSError as error:
            message = f"the data folder {path} can't be locked ({error.strerror}); check its disk"
            raise Misconfigured(message) from error
        undo.pop_all()
    return file


def _take(file: int, path: Path) -> None:
    """Lock a file and write down who has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        owner = os.read(file, 20).decode() or "unknown"
        message = (
            f"another Nexus (process {owner}) runs on the data folder {path}; "
            "stop it, or give this one a folder of its own"
        )
        raise Misconfigured(message) from error
    os.ftruncate(file, 0)
    os.write(file, str(os.getpid()).encode())
