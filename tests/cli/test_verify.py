"""``nexus verify``: one flipped bit anywhere is found, and so is what was moved or taken away."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import replace

import pytest

from chalicelib.adapters.embedded.event_store import SCHEMA, SqliteEventStore
from chalicelib.adapters.embedded.folder import DataFolder
from chalicelib.kernel.errors import VersionConflict
from chalicelib.kernel.stream import StreamId
from chalicelib.wiring.container import code_digest
from chalicelib.wiring.resources import resource

pytestmark = pytest.mark.requirement("R1")

COLUMNS = ("sequence", "stream", "version", "count", "header", "body", "hash")
VALUES = "(stream, version, count, header, body, hash)"
REST = ", count, header, body, hash FROM commits"
ROWS = 7
TABLE, *TRIGGERS, INDEX = SCHEMA.statements
FILE = "event-store.db"


def tampered(data, *statements):
    """Do to the event store what its triggers forbid, and leave them there as they were."""
    with closing(sqlite3.connect(data / FILE, isolation_level=None)) as connection:
        for name in ("no_update", "no_delete", "no_replace"):
            connection.execute(f"DROP TRIGGER {name}")
        for statement, *values in statements:
            connection.execute(statement, values)
        for trigger in TRIGGERS:
            connection.execute(trigger)


def fetched(data, columns, row):
    """Some columns of a commit."""
    with closing(sqlite3.connect(data / FILE)) as connection:
        query = f"SELECT {columns} FROM commits WHERE sequence = ?"
        return connection.execute(query, (row,)).fetchone()


def content(data):
    """All that is stored, or None if it can't be read at all."""
    try:
        with closing(sqlite3.connect(data / FILE)) as connection:
            connection.text_factory = bytes
            return (
                connection.execute("SELECT * FROM commits ORDER BY sequence").fetchall(),
                connection.execute("SELECT name, sql FROM sqlite_master").fetchall(),
            )
    except (sqlite3.Error, UnicodeDecodeError):
        return None


def flip(value, chance):
    """A value with one bit of it flipped."""
    if isinstance(value, int):
        return value ^ (1 << chance.randrange(63))
    raw = bytearray(value if isinstance(value, bytes) else value.encode())
    bit = chance.randrange(len(raw) * 8)
    raw[bit // 8] ^= 1 << bit % 8
    return bytes(raw)


class TestSound:
    def test_all_of_it(self, nexus, data):
        """
        Exit code 0, and figures: all of it was decided by what is here now.
        """
        done = nexus("verify", "--data", data, "--json")

        report = done.json
        assert (0, True, [], 0) == (
            done.code,
            report["verified"],
            report["findings"],
            report["found"],
        )
        assert (7, 8, 3) == (report["commits"], report["events"], report["streams"])
        assert {"present": code_digest(), "byPresent": 7, "byOthers": {}} == report["code"]
        assert (7, {}) == (report["policies"]["byPresent"], report["policies"]["byOthers"])

    def test_one_stream(self, nexus, data):
        """
        Only that one is read.
        """
        done = nexus("verify", "Order/o-2", "--data", data, "--json")

        assert (0, 2, 1) == (done.code, done.json["commits"], done.json["streams"])

    def test_code_of_before_is_no_fault(self, nexus, data, monkeypatch):
        """
        It is told, by its digest.
        """
        monkeypatch.setattr("chalicelib.wiring.container.code_digest", lambda: "00" * 32)

        done = nexus("verify", "--data", data, "--json")

        assert 0 == done.code
        assert (0, {code_digest(): 7}) == (
            done.json["code"]["byPresent"],
            done.json["code"]["byOthers"],
        )

    def test_policies_of_before_are_no_fault_if_they_were_released(
        self, nexus, data, tmp_path, monkeypatch
    ):
        """
        Else each commit that they decided is named, until they are released.
        """
        policies = shutil.copytree(resource("policies"), tmp_path / "policies")
        shutil.copytree(resource("schemas"), tmp_path / "schemas")
        ledger = policies / "released.json"
        released = {each["sha256"]: each["version"] for each in json.loads(ledger.read_bytes())}
        rule = policies / "rego/commands/roles.rego"
        rule.write_text(rule.read_text() + "# Another.\n")
        monkeypatch.setattr(
            "chalicelib.wiring.resources.Path", lambda _: tmp_path / "chalicelib/__init__.py"
        )

        fine = nexus("verify", "--data", data, "--json")
        ledger.write_text("[]")
        wrong = nexus("verify", "--data", data, "--json")

        digest = max(released, key=released.__getitem__)
        assert (0, 0, {digest: 7}, released) == (
            fine.code,
            *(fine.json["policies"][each] for each in ("byPresent", "byOthers", "released")),
        )
        assert (1, 7) == (wrong.code, wrong.json["found"])
        assert (
            f"by policies that were never released: {digest}"
            in (wrong.json["findings"][0]["message"])
        )

    def test_a_stream_that_is_not_there(self, nexus, data):
        """
        Can't be verified: exit code 2.
        """
        done = nexus("verify", "Order/none", "--data", data)

        assert (2, "") == (done.code, done.out)
        assert "nothing has happened to Order/none" in done.err


class TestFlippedBits:
    @pytest.mark.parametrize("column", COLUMNS)
    @pytest.mark.parametrize("row", range(1, ROWS + 1))
    def test_in_a_row_are_found(self, nexus, data, column, row):
        """
        Exit code 1, with the place: the commit, or its number if its name can't be read.
        """
        stream, version, value = fetched(data, f"stream, version, {column}", row)
        changed = flip(value, random.Random(f"{row} {column}"))
        typed = "CAST(? AS TEXT)" if column == "stream" else "?"
        tampered(data, (f"UPDATE commits SET {column} = {typed} WHERE sequence = ?", changed, row))

        done = nexus("verify", "--data", data, "--json")

        places = {finding["place"] for finding in done.json["findings"]}
        assert (1, False) == (done.code, done.json["verified"])
        if column in ("count", "header", "body", "hash"):
            assert f"{stream}@{version}" in places
        elif column == "version":
            assert f"{stream}@{changed}" in places
        else:
            assert places

    def test_in_the_file_are_found_unless_they_change_nothing(self, nexus, data):
        """
        Bits that SQLite never reads back may differ; where what is stored does, it is found.
        """
        chance = random.Random(7)
        original, before = (data / FILE).read_bytes(), content(data)
        outcomes = []
        for _ in range(80):
            broken = bytearray(original)
            bit = chance.randrange(len(broken) * 8)
            broken[bit // 8] ^= 1 << bit % 8
            (data / FILE).write_bytes(broken)
            outcomes.append((content(data) == before, nexus("verify", "--data", data).code))
            (data / FILE).write_bytes(original)

        assert {0, 1} == {code for same, code in outcomes if same}
        assert {1} == {code for same, code in outcomes if not same}

    def test_are_named_to_people(self, nexus, data):
        """
        Place and fault on a line, and a word that something is wrong.
        """
        tampered(data, ("UPDATE commits SET body = zeroblob(10) WHERE sequence = 2",))

        done = nexus("verify", "--data", data)

        assert 1 == done.code
        assert "default/Order/o-1@2 can't be read: its hash is not that of its content" in done.out
        assert "WRONG: 1 found" in done.out

    def test_in_another_stream_are_not_of_interest(self, nexus, data):
        """
        To those who verify one.
        """
        tampered(data, ("UPDATE commits SET body = zeroblob(10) WHERE sequence = 2",))

        assert 0 == nexus("verify", "Order/o-2", "--data", data).code
        assert 1 == nexus("verify", "Order/o-1", "--data", data).code


class TestTampering:
    @pytest.mark.parametrize("row", range(1, ROWS + 1))
    def test_a_deleted_commit_is_found(self, nexus, data, row):
        """
        Any: also the last of its stream, the only one, and the last of all.
        """
        tampered(data, ("DELETE FROM commits WHERE sequence = ?", row))

        done = nexus("verify", "--data", data, "--json")

        assert (1, 6) == (done.code, done.json["commits"])

    @pytest.mark.parametrize(("row", "other"), [(1, 2), (2, 3), (1, 4), (5, 6)])
    def test_reordered_commits_are_found(self, nexus, data, row, other):
        """
        Commits of a stream have one order of writing.
        """
        tampered(
            data,
            ("UPDATE commits SET sequence = -1 WHERE sequence = ?", row),
            ("UPDATE commits SET sequence = ? WHERE sequence = ?", row, other),
            ("UPDATE commits SET sequence = ? WHERE sequence = -1", other),
        )

        assert 1 == nexus("verify", "--data", data).code

    @pytest.mark.parametrize(("row", "other"), [(1, 2), (3, 5), (6, 7)])
    def test_swapped_contents_are_found(self, nexus, data, row, other):
        """
        A commit is sealed together with its place.
        """
        (header, body, seal), (header2, body2, seal2) = (
            fetched(data, "header, body, hash", number) for number in (row, other)
        )
        change = "UPDATE commits SET header = ?, body = ?, hash = ? WHERE sequence = ?"
        tampered(data, (change, header, body, seal, other), (change, header2, body2, seal2, row))

        assert 1 == nexus("verify", "--data", data).code

    @pytest.mark.parametrize("version", [6, 7])
    def test_a_duplicated_commit_is_found(self, nexus, data, version):
        """
        The same content at another version is another commit, and not sealed as that.
        """
        tampered(
            data,
            (f"INSERT INTO commits {VALUES} SELECT stream, ?{REST} WHERE sequence = 4", version),
        )

        done = nexus("verify", "--data", data, "--json")

        assert 1 == done.code
        assert f"default/Order/o-1@{version}" in {each["place"] for each in done.json["findings"]}

    @pytest.mark.parametrize("trigger", ["no_update", "no_delete", "no_replace"])
    def test_a_guard_that_is_gone_is_found(self, nexus, data, trigger):
        """
        The file itself refuses changes: whoever wants to make some starts there.
        """
        with closing(sqlite3.connect(data / FILE)) as connection:
            connection.execute(f"DROP TRIGGER {trigger}")

        done = nexus("verify", "--data", data, "--json")

        (finding,) = done.json["findings"]
        assert (1, FILE) == (done.code, finding["place"])
        assert f"CREATE TRIGGER {trigger}" in finding["message"]


def test_a_refused_append_leaves_no_gap_in_the_log(nexus, data):
    """A lost race and a failed transaction take no number, so that a gap means something."""
    with closing(DataFolder(data)) as folder:
        store = SqliteEventStore(folder.event_store)
        (_, first), *_ = store.changes(0, 1)
        with pytest.raises(VersionConflict):
            store.append(replace(first, hash=bytes(32)))
        with suppress(ZeroDivisionError), folder.event_store.write() as connection:
            connection.execute(f"INSERT INTO commits {VALUES} SELECT stream, 9{REST} LIMIT 1")
            raise ZeroDivisionError
        store.append(replace(first, stream=StreamId("default", "Order", "o-4")))
        numbers = [number for number, _ in store.changes(0, 100)]

    assert list(range(1, ROWS + 2)) == numbers
