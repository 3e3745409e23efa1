"""A killed process: what it acknowledged is there, and its folder is free."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from chalicelib.adapters.embedded.event_store import SqliteEventStore
from chalicelib.adapters.embedded.folder import DataFolder
from chalicelib.kernel.commit import GENESIS
from chalicelib.kernel.errors import Misconfigured
from tests.support.commits import a_stream

WRITER = Path(__file__).with_name("endless_writer.py")
ROOT = Path(__file__).parents[4]


@contextmanager
def a_writer(path):
    """Run the writer; it is killed in the end."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(WRITER), str(path)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.requirement("R1")
def test_a_killed_writer_loses_nothing_that_it_acknowledged(tmp_path):
    """Killed twice in the middle of its work; the stream has no gap and its chain no break."""
    for _ in range(2):
        with a_writer(tmp_path) as process:
            acknowledged = [int(process.stdout.readline()) for _ in range(25)]
            process.kill()
            acknowledged += [int(line) for line in process.stdout if line.endswith("\n")]

        with closing(DataFolder(tmp_path)) as folder:
            store = SqliteEventStore(folder.event_store)
            commits = list(store.read(a_stream()))
            feed = [commit for _, commit in store.changes(0, 1_000_000)]

        assert list(range(1, len(commits) + 1)) == [commit.version for commit in commits]
        assert acknowledged[-1] <= len(commits) <= acknowledged[-1] + 1
        assert commits == feed
        previous = GENESIS
        for commit in commits:
            assert commit.hash == commit.computed_hash(previous)
            previous = commit.hash


def test_a_running_process_keeps_its_folder_until_it_is_killed(tmp_path):
    """The system gives the lock back, so that nobody has to remove a file."""
    with a_writer(tmp_path) as process:
        process.stdout.readline()
        with pytest.raises(Misconfigured, match=f"another Nexus .process {process.pid}."):
            DataFolder(tmp_path)

    with closing(DataFolder(tmp_path)) as folder:
        assert SqliteEventStore(folder.event_store).commit_at(a_stream(), 1) is not None
