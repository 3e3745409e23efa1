"""The derived file: it fits its log, or it is discarded."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from contextlib import closing

import pytest

from chalicelib.adapters.embedded.bus import Checkpoints
from chalicelib.adapters.embedded.event_store import SqliteEventStore
from chalicelib.adapters.embedded.folder import DERIVED, LOG, DataFolder
from chalicelib.kernel.errors import Misconfigured
from tests.support.commits import a_commit, a_history, a_stream


def append(folder, *commits):
    """Append, and derive something from it: a checkpoint."""
    for commit in commits:
        SqliteEventStore(folder.event_store).append(commit)
    Checkpoints(folder.derived).save("router", len(commits))


def checkpoint(folder):
    return Checkpoints(folder.derived).get("router")


def origin(folder):
    return folder.derived.rows("SELECT sequence, hash FROM origin")


@pytest.fixture(name="path")
def _path(tmp_path):
    """A folder with three commits, and what is derived from them."""
    path = tmp_path / "data"
    with closing(DataFolder(path)) as folder:
        append(folder, *a_history())
    return path


def test_each_transaction_notes_the_newest_commit(path):
    """Whatever it writes; without one, nothing is noted."""
    with closing(DataFolder(path)) as folder:
        third = a_history()[-1]
        assert [(3, third.hash)] == origin(folder)

        fourth = a_commit(version=4, previous=third.hash)
        SqliteEventStore(folder.event_store).append(fourth)
        assert [(3, third.hash)] == origin(folder)

        Checkpoints(folder.derived).save("another", 1)
        assert [(4, fourth.hash)] == origin(folder)


def test_it_is_kept_while_it_fits(path, caplog):
    """Also if the log has gone on without it: its copy of an earlier day is as good."""
    shutil.copy(path / DERIVED, path / "copy")
    with closing(DataFolder(path)) as folder:
        append(folder, *a_history(a_stream("b")))
    shutil.copy(path / "copy", path / DERIVED)

    with closing(DataFolder(path)) as folder:
        assert 3 == checkpoint(folder)

    assert "" == caplog.text


def other_log(path):
    """A log with as many commits, but others."""
    with closing(DataFolder(path.with_name("other"))) as folder:
        append(folder, *a_history(body=b"other"))
    shutil.copy(path.with_name("other") / LOG, path / LOG)


def emptied_log(path):
    (path / LOG).write_bytes(b"")


def older_log(path):
    with closing(DataFolder(path.with_name("other"))) as folder:
        append(folder, *a_history()[:2])
    shutil.copy(path.with_name("other") / LOG, path / LOG)


@pytest.mark.parametrize("damage", [other_log, emptied_log, older_log])
def test_it_is_discarded_with_another_log(path, damage, caplog):
    """And a warning says why; from then on it fits."""
    damage(path)

    with caplog.at_level(logging.WARNING), closing(DataFolder(path)) as folder:
        assert 0 == checkpoint(folder)
        assert [(0, b"")] == origin(folder)
        append(folder, a_commit(a_stream("new")))

    assert "knows commit number 3, which" in caplog.text
    assert "made again from the event store" in caplog.text
    with closing(DataFolder(path)) as folder:
        assert 1 == checkpoint(folder)


def test_one_of_another_nexus_is_discarded(path, caplog):
    """Older or newer: its tables mean something else, and can be made again."""
    with closing(sqlite3.connect(path / DERIVED)) as connection:
        connection.execute("PRAGMA user_version = 1")

    with caplog.at_level(logging.WARNING), closing(DataFolder(path)) as folder:
        assert 0 == checkpoint(folder)

    assert "derived.db was made by another version of Nexus" in caplog.text


def test_a_missing_one_is_made(path):
    """Empty, for the pump to fill."""
    (path / DERIVED).unlink()

    with closing(DataFolder(path)) as folder:
        assert 0 == checkpoint(folder)


def test_a_missing_log_is_refused(path):
    """It would be an empty one; nothing is made or discarded before somebody has looked."""
    log = (path / LOG).rename(path / "away")

    with pytest.raises(Misconfigured, match=r"event-store\.db is missing.*put the event store"):
        DataFolder(path)

    assert not (path / LOG).exists()
    log.rename(path / LOG)
    with closing(DataFolder(path)) as folder:
        assert 3 == checkpoint(folder)
