"""DataFolder: one folder, three files, one process at a time."""

from __future__ import annotations

import os
from contextlib import closing

import pytest

from chalicelib.adapters.embedded.folder import DataFolder
from chalicelib.kernel.errors import Misconfigured, Unavailable

FILES = [
    "dead-letters.db",
    "derived.db",
    "event-store.db",
    "lock",
]


def test_a_folder_is_made_with_its_files(tmp_path):
    """Parents too; only its owner may look into it."""
    path = tmp_path / "a b" / "50%?#" / "data"

    with closing(DataFolder(path)):
        pass

    assert FILES == sorted(file.name for file in path.iterdir())
    assert 0o700 == path.stat().st_mode & 0o777


def test_a_folder_can_be_opened_again(tmp_path):
    """Closing gives it free."""
    for _ in range(2):
        with closing(DataFolder(tmp_path)) as folder:
            assert [] == folder.event_store.rows("SELECT * FROM commits")


def test_a_second_one_is_refused_and_told_what_to_do(tmp_path):
    """The message names the folder and the process that has it; the first one is not disturbed."""
    with closing(DataFolder(tmp_path)) as first:
        with pytest.raises(Misconfigured, match=f"process {os.getpid()}.*{tmp_path}; stop it, or"):
            DataFolder(tmp_path)

        assert [] == first.event_store.rows("SELECT * FROM commits")


def test_a_folder_that_failed_to_open_is_free_again(tmp_path):
    """A damaged file is named; after its repair the same process can open the folder."""
    with closing(DataFolder(tmp_path)):
        pass
    damaged = tmp_path / "derived.db"
    damaged.write_text("not a database " * 100)
    with pytest.raises(Misconfigured, match=r"derived\.db is not a database"):
        DataFolder(tmp_path)

    damaged.unlink()

    with closing(DataFolder(tmp_path)) as folder:
        assert [] == folder.bus.rows("SELECT * FROM records")


def test_files_that_changed_places_are_noticed(tmp_path):
    """Each file knows what it is."""
    with closing(DataFolder(tmp_path)):
        pass
    (tmp_path / "dead-letters.db").rename(tmp_path / "derived.db")

    with pytest.raises(Misconfigured, match=r"derived\.db holds no derived data of Nexus"):
        DataFolder(tmp_path)


def test_closing_closes_every_file(tmp_path):
    """And may be done twice."""
    folder = DataFolder(tmp_path)
    folder.close()
    folder.close()

    for database in (folder.event_store, folder.derived, folder.dead_letters):
        with pytest.raises(Unavailable, match="is closed"):
            database.rows("SELECT 1")


def test_a_file_is_no_folder(tmp_path):
    """The message says which path it was, and what to do."""
    path = tmp_path / "data"
    path.write_text("")

    with pytest.raises(Misconfigured, match=r"data can't be made the data folder.*choose another"):
        DataFolder(path)
    with pytest.raises(Misconfigured, match=r"data/inside can't be made the data folder"):
        DataFolder(path / "inside")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to any folder")
@pytest.mark.parametrize("mode", [0o500, 0o600, 0o300, 0o000], ids=oct)
def test_a_folder_that_can_not_be_used_is_refused(tmp_path, mode):
    """One must be able to list it, to enter it and to write into it."""
    path = tmp_path / "data"
    path.mkdir(mode)

    with pytest.raises(Misconfigured, match=r"the data folder .*data can't be written; check"):
        DataFolder(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to any folder")
def test_a_folder_that_can_not_be_made_is_refused(tmp_path):
    """The message says why."""
    tmp_path.chmod(0o500)

    with pytest.raises(Misconfigured, match=r"data can't be made the data folder .Permission"):
        DataFolder(tmp_path / "data")
