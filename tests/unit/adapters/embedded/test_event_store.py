"""SqliteEventStore: what holds beyond the contract. Immutability, and the change feed."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from chalicelib.adapters.embedded.database import Database
from chalicelib.adapters.embedded.event_store import SCHEMA, SqliteEventStore
from chalicelib.kernel.errors import CorruptStream, Unavailable, VersionConflict
from tests.support.commits import a_commit, a_history, a_stream
from tests.support.damage import flip_a_name_in

if TYPE_CHECKING:
    from chalicelib.kernel.commit import PackedCommit

VALUES = "VALUES (1, 'default/Order/order-1', 1, 1, x'00', x'00', x'00')"


@pytest.fixture(name="database")
def _database(tmp_path):
    with closing(Database(tmp_path / "event-store.db", SCHEMA)) as database:
        yield database


@pytest.fixture(name="store")
def _store(database):
    return SqliteEventStore(database)


@pytest.mark.requirement("R1")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE commits SET body = x'00'",
        "UPDATE commits SET version = version + 100",
        "UPDATE OR REPLACE commits SET sequence = 2",
        "DELETE FROM commits",
        "DELETE FROM commits WHERE version = 1",
        f"INSERT OR REPLACE INTO commits {VALUES}",
        f"INSERT OR REPLACE INTO commits {VALUES.replace('(1,', '(NULL,')}",
        f"INSERT OR REPLACE INTO commits {VALUES.replace('order-1', 'order-2')}",
        f"REPLACE INTO commits {VALUES}",
    ],
)
def test_the_file_itself_refuses_changes(store, database, statement):
    """Not only this code: no SQL that anyone sends changes or removes a commit."""
    history = a_history()
    for commit in history:
        store.append(commit)

    with (
        pytest.raises(sqlite3.IntegrityError, match="a commit is never"),
        closing(sqlite3.connect(database.path)) as stranger,
    ):
        stranger.execute(statement)

    assert history == list(store.read(a_stream()))


def test_the_feed_has_all_commits_in_the_order_of_writing(store):
    """Of all streams and tenants, each with a number above the one before."""
    written = [
        commit
        for commits in zip(
            a_history(a_stream("a")), a_history(a_stream("b", tenant="other")), strict=True
        )
        for commit in commits
    ]
    for commit in written:
        store.append(commit)

    changes = store.changes(0, 100)

    assert written == [commit for _, commit in changes]
    assert list(range(1, 7)) == [sequence for sequence, _ in changes]


def test_the_feed_goes_on_where_a_reader_was(store):
    """By sequence number, in pieces, and tells how much is left."""
    history = a_history(counts=[1] * 5)
    for commit in history:
        store.append(commit)

    first = store.changes(0, 3)
    second = store.changes(first[-1][0], 3)

    assert history == [commit for _, commit in [*first, *second]]
    assert [5, 2, 0] == [store.waiting(after) for after in (0, first[-1][0], second[-1][0])]
    assert [] == store.changes(second[-1][0], 3)


def test_a_reader_of_the_feed_misses_nothing_of_concurrent_writers(store, database):
    """Two processes' connections and many threads write; who only looks ahead gets it all, once."""
    histories = [a_history(a_stream(f"order-{n}"), [1] * 10) for n in range(12)]
    seen: list[PackedCommit] = []
    with closing(Database(database.path, SCHEMA)) as second, ThreadPoolExecutor(12) as threads:
        stores = [store, SqliteEventStore(second)]

        def write(number):
            for commit in histories[number]:
                stores[number % 2].append(commit)

        writing = [threads.submit(write, number) for number in range(12)]
        after = 0
        while not all(each.done() for each in writing) or store.waiting(after):
            for sequence, commit in store.changes(after, 7):
                after = sequence
                seen.append(commit)

    assert histories == [
        [commit for commit in seen if commit.stream == history[0].stream] for history in histories
    ]


def test_only_a_new_commit_wakes(database):
    """Neither a repeat nor a lost race is a reason to look at the feed."""
    woken = []
    store = SqliteEventStore(database, wake=lambda: woken.append(store.waiting(0)))

    store.append(a_commit())
    store.append(a_commit())
    with pytest.raises(VersionConflict):
        store.append(a_commit(body=b"rival"))

    assert [1] == woken


def test_a_full_disk_refuses_a_commit_and_keeps_the_others(store, database):
    """The caller learns that the outcome is unknown, asks again later, and then it is stored."""
    first, second = a_history(counts=[1, 1], body=bytes(10_000))
    store.append(first)
    with database.write() as connection:
        connection.execute("PRAGMA max_page_count = 1")  # the least it can be: what there is

    with pytest.raises(Unavailable, match="the disk is full"):
        store.append(second)
    assert [first] == list(store.read(a_stream()))

    with database.write() as connection:
        connection.execute("PRAGMA max_page_count = 100000")
    store.append(second)
    assert [first, second] == [commit for _, commit in store.changes(0, 10)]


@pytest.mark.requirement("R1")
def test_a_store_of_version_one_gets_the_second_index(tmp_path):
    """As it was made before there were two; its commits stay."""
    path = tmp_path / "old.db"
    old = replace(SCHEMA, version=1, statements=SCHEMA.statements[:-1], upgrades={})
    with closing(Database(path, old)) as database:
        for commit in a_history():
            SqliteEventStore(database).append(commit)

    with closing(Database(path, SCHEMA)) as database:
        assert a_history() == list(SqliteEventStore(database).read(a_stream()))
        assert [] == database.damage()


@pytest.mark.requirement("R1")
@pytest.mark.parametrize("index", ["sqlite_autoindex_commits_1", "commits_by_version"])
def test_a_version_that_one_index_hides_is_not_taken_again(tmp_path, index):
    """The other one knows it; a store that contradicts itself says that it is damaged."""
    path = tmp_path / "damaged.db"
    with closing(Database(path, SCHEMA)) as database:
        SqliteEventStore(database).append(a_commit())
    flip_a_name_in(path, index, str(a_stream()))

    with closing(Database(path, SCHEMA)) as database:
        store = SqliteEventStore(database)
        with pytest.raises((CorruptStream, VersionConflict)) as refused:
            store.append(a_commit(body=b"again"))

        assert index.startswith("sqlite") == ("is damaged" in str(refused.value))
        assert 1 == store.waiting(0)
