"""SqliteSnapshotStore: what holds beyond the contract."""

from __future__ import annotations

from contextlib import closing

from chalicelib.adapters.embedded.database import Database
from chalicelib.adapters.embedded.snapshots import SCHEMA, SqliteSnapshotStore
from chalicelib.kernel.head import Head
from chalicelib.kernel.snapshot import Snapshot
from tests.support.commits import a_stream


def test_older_snapshots_stay(tmp_path):
    """A look into the past can start from one."""
    with closing(Database(tmp_path / "snapshots.db", SCHEMA)) as database:
        store = SqliteSnapshotStore(database)

        for version in (6, 12, 18):
            store.save(Snapshot(a_stream(), Head(version), "1", b"{}"))

        rows = database.rows("SELECT stream, version FROM snapshots ORDER BY version")
    assert [(str(a_stream()), version) for version in (6, 12, 18)] == rows
