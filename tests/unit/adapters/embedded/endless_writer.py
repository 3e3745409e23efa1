"""A process to be killed: appends commits to one stream and tells of each that was acknowledged."""

from __future__ import annotations

import sys
from pathlib import Path

from chalicelib.adapters.embedded.event_store import SqliteEventStore
from chalicelib.adapters.embedded.folder import DataFolder
from chalicelib.kernel.commit import GENESIS
from tests.support.commits import a_commit

if __name__ == "__main__":
    folder = DataFolder(Path(sys.argv[1]))
    store = SqliteEventStore(folder.event_store)
    known = list(store.tail(a_commit().stream, limit=1))
    while True:
        version, previous = (known[-1].last + 1, known[-1].hash) if known else (1, GENESIS)
        known = [a_commit(version=version, body=bytes(5000), previous=previous)]
        store.append(known[-1])
        sys.stdout.write(f"{version}\n")
        sys.stdout.flush()
