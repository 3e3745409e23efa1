"""Database: one file, its transactions, its threads, and what its errors become."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest

from chalicelib.adapters.embedded import database as module
from chalicelib.adapters.embedded.database import READERS, Database, ReadOnlyDatabase
from chalicelib.adapters.embedded.schema import Schema
from chalicelib.kernel.errors import Misconfigured, Unavailable

NOTES = Schema("notes", 1, ("CREATE TABLE notes (text TEXT NOT NULL)",))
INSERT = "INSERT INTO notes (text) VALUES (?)"


@pytest.fixture(name="path")
def _path(tmp_path):
    return tmp_path / "notes.db"


@pytest.fixture(name="database")
def _database(path):
    with closing(Database(path, NOTES)) as database:
        yield database


def note(database, *texts):
    with database.write() as connection:
        connection.executemany(INSERT, [(text,) for text in texts])


def notes(database):
    return [text for (text,) in database.rows("SELECT text FROM notes ORDER BY rowid")]


@pytest.mark.parametrize(
    "name", ["two words", "50%", "a%20b", "what?", "?mode=ro", "#1", "a&b=c", "\N{SNOWMAN}", "'\""]
)
def test_a_path_may_have_any_characters(tmp_path, name):
    """What has a meaning in a URI has none in a path: the file lies where it was said."""
    path = tmp_path / name / f"{name}.db"
    path.parent.mkdir()

    with closing(Database(path, NOTES)) as database:
        note(database, "here")
        assert ["here"] == notes(database)

    assert [path] == list(path.parent.iterdir())
    assert path.parent in list(tmp_path.iterdir())


def test_a_relative_path_is_taken_from_the_working_folder(tmp_path, monkeypatch):
    """And from the one at the time of opening, also for readers that connect later."""
    monkeypatch.chdir(tmp_path)
    with closing(
        Database(module_path := (tmp_path / "x.db").relative_to(tmp_path), NOTES)
    ) as first:
        monkeypatch.chdir("/")
        note(first, "here")

        assert ["here"] == notes(first)
        assert not module_path.exists()


def test_every_commit_is_durable(database):
    """A write-ahead log, synchronised at each commit."""
    with database.write() as connection:
        assert ("wal",) == connection.execute("PRAGMA journal_mode").fetchone()
        assert (2,) == connection.execute("PRAGMA synchronous").fetchone()


def test_a_failed_block_leaves_nothing(database):
    """All of it or nothing; the next one finds the writer free."""
    with pytest.raises(sqlite3.IntegrityError):
        note(database, "half", None)

    note(database, "whole")

    assert ["whole"] == notes(database)


def test_who_waits_too_long_for_its_turn_is_refused(database, monkeypatch):
    """Its client has given up by then; the one whose turn it is goes on."""
    monkeypatch.setattr(module, "BUSY_TIMEOUT", 0.01)

    with database.write() as connection:
        connection.execute(INSERT, ("first",))
        with pytest.raises(Unavailable, match=r"notes\.db has more to write than it can in 0\.01"):
            note(database, "second")

    note(database, "third")
    assert ["first", "third"] == notes(database)


def test_reads_see_what_is_committed_and_nothing_else(database):
    """A reader neither waits for a writer nor sees its half."""
    note(database, "first")
    with database.write() as connection:
        connection.execute(INSERT, ("second",))
        assert ["first"] == notes(database)

    assert ["first", "second"] == notes(database)


def test_readers_can_not_write(database):
    """Every write goes through the one writer."""
    with pytest.raises(Unavailable, match=r"notes\.db can't be written"):
        database.rows(INSERT, ("sneaked in",))


def test_a_bug_is_not_taken_for_an_outage(database):
    """Wrong SQL or a broken constraint is nothing that another try would heal."""
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        database.rows("SELECT nonsense FROM notes")
    with pytest.raises(sqlite3.IntegrityError), database.write() as connection:
        connection.execute(INSERT, (None,))


def test_what_was_stored_is_there_after_reopening(path):
    """The schema is recognised, not made again."""
    for text in ("one", "two"):
        with closing(Database(path, NOTES)) as database:
            note(database, text)

    with closing(Database(path, NOTES)) as database:
        assert ["one", "two"] == notes(database)


def test_a_file_that_is_no_database_is_refused(path):
    """And stays what it was."""
    path.write_text("Dear diary, " * 200)

    with pytest.raises(
        Misconfigured, match=r"notes\.db is not a database; put back a copy of the whole folder"
    ):
        Database(path, NOTES)

    assert path.read_text().startswith("Dear diary")


def test_a_database_of_somebody_else_is_refused(path):
    """And stays what it was, down to its journal mode."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()

    with pytest.raises(Misconfigured, match=r"notes\.db holds no notes of Nexus"):
        Database(path, NOTES)

    assert before == path.read_bytes()


def test_a_file_of_another_kind_is_refused(path, database):
    """Two files that changed places are noticed."""
    with pytest.raises(Misconfigured, match=r"notes\.db holds no letters of Nexus"):
        Database(path, replace(NOTES, kind="letters"))


@pytest.mark.parametrize("version", [0, 2])
def test_a_file_of_another_version_is_refused(path, database, version):
    """Older or newer: its tables mean something else."""
    with pytest.raises(Misconfigured, match=f"version 1 of the notes.*reads version {version}"):
        Database(path, replace(NOTES, version=version))


def test_a_missing_folder_is_refused(tmp_path):
    """The message names the file."""
    with pytest.raises(Misconfigured, match=r"nowhere/notes\.db can't be opened"):
        Database(tmp_path / "nowhere" / "notes.db", NOTES)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to any file")
def test_a_file_that_can_not_be_written_is_refused(path):
    """At once, not when the first event should be stored."""
    with closing(Database(path, NOTES)):
        pass
    path.chmod(0o400)

    with pytest.raises(Misconfigured, match=r"notes\.db can't be written; check the permissions"):
        Database(path, NOTES)


def test_a_half_made_file_is_made_whole(path):
    """A process that was killed between creating the file and its tables leaves it empty."""
    path.touch()

    with closing(Database(path, NOTES)) as database:
        assert [] == notes(database)


def test_a_locked_file_is_unavailable_until_it_is_free(path, monkeypatch):
    """Another process may write; who waits too long is told which file it was."""
    monkeypatch.setattr(module, "BUSY_TIMEOUT", 0.01)
    with (
        closing(Database(path, NOTES)) as database,
        closing(sqlite3.connect(path, isolation_level=None)) as rival,
    ):
        rival.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match=r"notes\.db is locked by another process"):
            note(database, "too early")
        assert [] == notes(database)
        rival.execute("ROLLBACK")

        note(database, "in time")

        assert ["in time"] == notes(database)


def test_a_full_disk_loses_nothing_that_was_stored(database):
    """What does not fit is refused as a whole, and once there is room it goes on."""
    note(database, "before")
    with database.write() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(Unavailable, match=r"notes\.db can't grow: the disk is full"):
        note(database, "small", "large" * 10_000)

    with database.write() as connection:
        connection.execute("PRAGMA max_page_count = 100000")
    note(database, "after")
    assert ["before", "after"] == notes(database)


def test_many_short_threads_share_a_few_connections(database, monkeypatch):
    """As an HTTP server with a thread for each request makes them."""
    opened: list[sqlite3.Connection] = []
    connect = Database._connect

    def counted(self, mode):
        opened.append(connect(self, mode))
        return opened[-1]

    monkeypatch.setattr(Database, "_connect", counted)
    note(database, "x")

    for _ in range(20):
        threads = [threading.Thread(target=notes, args=(database,)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert 1 <= len(opened) <= READERS


def test_readers_and_writers_do_not_disturb_each_other(database):
    """Every write is there, and every read sees a prefix of them."""
    with ThreadPoolExecutor(12) as threads:
        written = [threads.submit(note, database, f"{n}", f"{n}") for n in range(50)]
        read = [threads.submit(notes, database) for _ in range(50)]
        for each in written:
            each.result()
        seen = [each.result() for each in read]

    assert sorted([f"{n}" for n in range(50)] * 2) == sorted(notes(database))
    assert all(len(texts) % 2 == 0 and texts == notes(database)[: len(texts)] for texts in seen)


def test_a_closed_file_refuses(database):
    """Whoever comes late, or closes twice, finds it closed."""
    database.close()
    database.close()

    with pytest.raises(Unavailable, match=r"notes\.db is closed"):
        notes(database)
    with pytest.raises(Unavailable, match=r"notes\.db is closed"):
        note(database, "late")


def test_closing_waits_for_what_is_under_way(database):
    """No operation loses its connection in the middle."""
    with ThreadPoolExecutor(8) as threads:
        work = [threads.submit(note if n % 2 else notes, database) for n in range(200)]
        database.close()

        errors = [each.exception() for each in work]

    assert all(error is None or "is closed" in str(error) for error in errors)


def test_closing_leaves_one_file(path):
    """The write-ahead log has been merged, so that the file alone can be copied."""
    with closing(Database(path, NOTES)) as database:
        note(database, "x")
        notes(database)

    assert [path] == list(path.parent.iterdir())


def test_another_process_may_read_meanwhile(path, database):
    """A command-line tool looks into the file of a running system."""
    note(database, "one")
    code = (
        "import sqlite3, sys;"
        "rows = sqlite3.connect(sys.argv[1], uri=True).execute('SELECT text FROM notes');"
        "print(rows.fetchall())"
    )

    with database.write() as connection:
        connection.execute(INSERT, ("two",))
        uri = f"{path.as_uri()}?mode=ro"
        seen = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code, uri],
            check=True,
            capture_output=True,
            text=True,
        )

    assert "[('one',)]" == seen.stdout.strip()


@pytest.mark.parametrize("loss", ["deleted", "moved", "replaced"])
def test_nothing_is_stored_in_a_file_that_is_not_there(path, database, loss):
    """What an unlinked file takes goes with the process: nobody is told that it lasts."""
    note(database, "before")
    away = path.rename(path.with_name("away"))
    if loss == "deleted":
        away.unlink()
    if loss == "replaced":
        path.write_bytes(away.read_bytes())

    with pytest.raises(Unavailable, match=r"notes\.db was moved, deleted or replaced"):
        note(database, "lost")

    if loss == "moved":
        away.rename(path)
        note(database, "after")
        assert "after" == notes(database)[-1]


def test_a_late_reader_does_not_read_another_file(path, database, tmp_path):
    """Readers connect when they are needed; the file may have been replaced by then."""
    with closing(Database(tmp_path / "other.db", NOTES)) as other:
        note(other, "another's")
    (tmp_path / "other.db").replace(path)

    for _ in range(2):
        with pytest.raises(Unavailable, match=r"notes\.db was moved, deleted or replaced"):
            notes(database)


TAGGED = replace(
    NOTES,
    version=2,
    statements=(*NOTES.statements, "CREATE UNIQUE INDEX once ON notes (text)"),
    upgrades={1: ("CREATE UNIQUE INDEX once ON notes (text)",)},
)


def test_an_older_file_becomes_a_newer_one(path):
    """With what is in it, and just as if it had been made so."""
    with closing(Database(path, NOTES)) as database:
        note(database, "kept")

    for _ in range(2):
        with closing(Database(path, TAGGED)) as database:
            assert ["kept"] == notes(database)
            assert [] == database.damage()
            assert [(2,)] == database.rows("PRAGMA user_version")


def test_an_older_file_that_breaks_the_new_rules_is_refused(path):
    """And stays what it was."""
    with closing(Database(path, NOTES)) as database:
        note(database, "twice", "twice")

    with pytest.raises(Misconfigured, match="holds what version 2 of the notes rules out"):
        Database(path, TAGGED)

    with closing(Database(path, NOTES)) as database:
        assert ["twice", "twice"] == notes(database)


def test_an_older_file_is_not_read_only(path):
    """Who only looks changes nothing, and is told what to do."""
    with closing(Database(path, NOTES)):
        pass

    with (
        closing(ReadOnlyDatabase(path, TAGGED)) as reading,
        pytest.raises(Misconfigured, match="of an older Nexus: `nexus run` takes it over"),
    ):
        notes(reading)


def test_a_second_opening_is_an_equal_one(path, database):
    """Two processes may write in turns; each sees the other's."""
    with closing(Database(path, NOTES)) as second:
        note(database, "first")
        note(second, "second")

        assert ["first", "second"] == notes(database) == notes(second)
