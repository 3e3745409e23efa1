"""Reading, whatever state the folder is in: nothing is made there, written or locked."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from chalicelib.adapters.embedded import database as module
from chalicelib.adapters.embedded import event_store
from chalicelib.adapters.embedded.database import Database, ReadOnlyDatabase
from chalicelib.adapters.embedded.folder import DataFolder, ReadOnlyFolder
from chalicelib.kernel.errors import Misconfigured, Unavailable
from tests.support.server import Server

COMMANDS = [
    ["verify"],
    ["streams", "list"],
    ["streams", "show", "Order/o-1"],
    ["projections", "list"],
    ["dlq", "list"],
]
ORDER = {"orderId": "late", "customerId": "c-1", "totalAmount": 1}


@pytest.fixture(name="scratch", autouse=True)
def _scratch(tmp_path_factory, monkeypatch):
    """Where copies go."""
    folder = tmp_path_factory.mktemp("scratch")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def contents(folder):
    """Every file's content, but for the memory that SQLite's processes share."""
    return {
        file.name: None
        if file.name.endswith("-shm")
        else hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.iterdir())
    }


def insert(database):
    """Add a row to the event store."""
    with database.write() as connection:
        connection.execute(
            "INSERT INTO commits (stream, version, count, header, body, hash) "
            "VALUES ('default/Order/x', 1, 1, x'', x'', x'')"
        )


@pytest.fixture(name="killed")
def _killed(data):
    """A folder whose system was killed: the last order is in the write-ahead log only."""
    with Server(data) as server:
        placed = server.command("PlaceOrder", ORDER)
        server.query("/api/orders/late", placed.headers["Nexus-Consistency"])
        server.stop(signal.SIGKILL)
    assert (data / "event-store.db-wal").stat().st_size
    return data


class TestStates:
    @pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
    def test_stopped(self, nexus, data, scratch, command):
        """
        Each command works; the folder is as before, to the byte; no copy stays behind.
        """
        before = contents(data)

        done = nexus(*command, "--data", data, "--json")

        assert (0, "") == (done.code, done.err)
        assert before == contents(data)
        assert [] == list(scratch.iterdir())

    @pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
    def test_killed(self, nexus, killed, command):
        """
        What only the write-ahead log has is read too, and the log stays what it is.
        """
        before = contents(killed)

        done = nexus(*command, "--data", killed, "--json")

        assert (0, "") == (done.code, done.err)
        assert before == contents(killed)

    def test_killed_shows_the_last_write(self, nexus, killed):
        """
        Also where the log's index is missing, as in a copy of the folder.
        """

        def newest():
            return nexus("streams", "list", "--data", killed, "--json").json["items"][0]["stream"]

        assert "default/Order/late" == newest()
        for index in killed.glob("*-shm"):
            index.unlink()
        before = contents(killed)
        assert "default/Order/late" == newest()
        assert before == contents(killed)

    @pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
    def test_running(self, nexus, data, command):
        """
        Each command works beside the system, which goes on as if nobody looked.
        """
        with Server(data) as server:
            before = sorted(file.name for file in data.iterdir())
            done = nexus(*command, "--data", data, "--json")
            after = sorted(file.name for file in data.iterdir())

            assert 201 == server.command("PlaceOrder", ORDER).status_code

        assert (0, "") == (done.code, done.err)
        assert before == after

    def test_running_shows_what_is_written_meanwhile(self, nexus, data):
        """
        At once: there is no cache.
        """
        with Server(data) as server:
            for number in range(3):
                server.command("PlaceOrder", ORDER | {"orderId": f"new-{number}"})
                listed = nexus("streams", "list", "--data", data, "--json").json["items"]
                assert f"default/Order/new-{number}" == listed[0]["stream"]
                assert 0 == nexus("verify", "--data", data).code

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write to any folder")
    @pytest.mark.parametrize("state", ["data", "killed"])
    def test_in_a_folder_that_can_not_be_written(self, nexus, request, state):
        """
        Whether stopped or killed.
        """
        folder = request.getfixturevalue(state)
        for file in folder.iterdir():
            file.chmod(0o400)
        folder.chmod(0o500)

        codes = [nexus(*command, "--data", folder).code for command in COMMANDS]

        folder.chmod(0o700)
        assert [0] * len(COMMANDS) == codes


class TestReadOnlyFolder:
    def test_takes_no_lock(self, data):
        """
        A system can start while somebody reads.
        """
        with closing(ReadOnlyFolder(data)) as reading:
            assert [(7,)] == reading.event_store.rows("SELECT count(*) FROM commits")
            with closing(DataFolder(data)):
                assert [(7,)] == reading.event_store.rows("SELECT count(*) FROM commits")

    def test_can_not_be_written(self, data):
        """
        Not even by mistake.
        """
        with closing(ReadOnlyFolder(data)) as reading:
            with pytest.raises(Unavailable, match="open for reading only"):
                reading.event_store.write()
            with pytest.raises(Unavailable, match="can't be written"):
                reading.event_store.rows("DELETE FROM commits")

    def test_opens_what_is_read_only(self, data):
        """
        A file that nobody asks for may be missing.
        """
        (data / "derived.db").unlink()

        with closing(ReadOnlyFolder(data)) as reading:
            assert [(7,)] == reading.event_store.rows("SELECT count(*) FROM commits")
            with pytest.raises(Misconfigured, match=r"derived\.db is not there"):
                reading.bus.rows("SELECT * FROM records")

    def test_a_system_that_starts_during_the_copy_is_noticed(self, data, monkeypatch):
        """
        Then the file is read in place, with what that system has written.
        """
        path = data / "event-store.db"
        started: list[Database] = []

        def slow(source, target):
            if not started:
                started.append(Database(path, event_store.SCHEMA))
            copy(source, target)

        copy = shutil.copyfile
        monkeypatch.setattr(module.shutil, "copyfile", slow)
        with closing(ReadOnlyDatabase(path, event_store.SCHEMA)) as reading:
            rows = reading.rows("SELECT count(*) FROM commits")
            insert(started[0])

            assert [(7,)] == rows
            assert [(8,)] == reading.rows("SELECT count(*) FROM commits")
        started[0].close()

    def test_a_change_during_the_copy_makes_it_copy_again(self, data, monkeypatch):
        """
        A system that came and went leaves no half of it in the copy.
        """
        path, copies = data / "event-store.db", []

        def slow(source, target):
            copies.append(target)
            copy(source, target)
            if len(copies) == 1:
                with closing(Database(path, event_store.SCHEMA)) as writer:
                    insert(writer)

        copy = shutil.copyfile
        monkeypatch.setattr(module.shutil, "copyfile", slow)
        with closing(ReadOnlyDatabase(path, event_store.SCHEMA)) as reading:
            assert [(8,)] == reading.rows("SELECT count(*) FROM commits")

        assert 2 == len(copies)

    def test_no_room_for_a_copy(self, nexus, data, monkeypatch):
        """
        One sentence says which file it was about.
        """

        def full(_source, _target):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(module.shutil, "copyfile", full)

        done = nexus("streams", "list", "--data", data)

        assert (2, "", 1) == (done.code, done.out, done.err.count("\n"))
        assert "event-store.db can't be copied (No space left on device)" in done.err

    def test_an_empty_file(self, nexus, data):
        """
        Is said to be empty, and stays so.
        """
        Path(data / "event-store.db").write_bytes(b"")

        done = nexus("streams", "list", "--data", data)

        assert 2 == done.code
        assert "event-store.db is empty" in done.err
        assert b"" == (data / "event-store.db").read_bytes()
