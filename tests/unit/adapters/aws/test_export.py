"""A table's export: every commit in order, or an error that names file and line."""

import base64
import gzip
import json
import random
import tracemalloc

import pytest

from chalicelib.adapters.aws.dynamodb.export import FILES, MAX_LINE, SUMMARY, DamagedExport, Export
from chalicelib.kernel.commit import MAX_COMMIT_BYTES
from tests.support.commits import a_commit, a_commit_of_size, a_history, a_stream
from tests.support.exports import lines_of, write_export, write_file, write_manifests

pytestmark = [pytest.mark.requirement("T2"), pytest.mark.requirement("R4")]

STREAMS = [a_stream(f"order-{number}") for number in range(30)]
HISTORY = [commit for stream in STREAMS for commit in a_history(stream, [1, 3, 12, 1] * 5)]


@pytest.fixture(name="folder")
def _folder(tmp_path):
    write_export(tmp_path / "export", HISTORY)
    return tmp_path / "export"


def read(folder):
    return list(Export.of_folder(folder).commits())


def one_file(folder, content, **entry):
    """Write an export with one data file."""
    (folder / "data").mkdir(parents=True)
    written = write_file(folder / "data" / "part.json.gz", content, items=len(content.splitlines()))
    write_manifests(folder, [written | entry])
    return folder


def damage(folder):
    with pytest.raises(DamagedExport) as found:
        read(folder)
    return found.value


def test_all_commits_come_in_order(folder):
    """Stream by stream, by version as a number, to the byte; though no file has any order."""
    expected = sorted(HISTORY, key=lambda commit: (str(commit.stream), commit.version))

    assert expected == read(folder)


def test_an_export_without_items_is_empty(tmp_path):
    """A table may be."""
    write_export(tmp_path / "export", [])

    assert [] == read(tmp_path / "export")


def test_a_file_may_be_quite_empty(tmp_path):
    """As that of a partition without items."""
    folder = one_file(tmp_path, b"")
    (folder / "data" / "part.json.gz").write_bytes(b"")
    entry = json.loads((folder / FILES).read_text())
    write_manifests(folder, [entry | {"md5Checksum": "1B2M2Y8AsgTpgAmY7PhCfg=="}])

    assert [] == read(folder)


def test_the_largest_commit_fits_on_a_line(tmp_path):
    """Of bytes that can't be deflated, which base64 makes longer."""
    noise = random.Random(1).randbytes(len(a_commit_of_size(MAX_COMMIT_BYTES).body))
    commit = a_commit(body=noise)

    assert [commit] == read(one_file(tmp_path, lines_of([commit])))


def test_nothing_stays_behind(folder, tmp_path):
    """Neither when all is read, nor when the reader stops early."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    commits = Export.of_folder(folder, scratch).commits()
    next(commits)
    assert [] != list(scratch.iterdir())

    commits.close()

    assert [] == list(scratch.iterdir())


def test_files_come_from_wherever_they_are(folder):
    """By their names within the export; each is closed."""
    opened = []

    def fetch(name):
        opened.append((folder / name).open("rb"))
        return opened[-1]

    assert len(HISTORY) == len(list(Export(fetch).commits()))
    assert [SUMMARY, FILES] == [stream.name.rpartition("/")[2] for stream in opened[:2]]
    assert all(stream.closed for stream in opened)


@pytest.mark.parametrize("name", [SUMMARY, FILES, "data/part2.json.gz"])
def test_a_missing_file_is_named(folder, name):
    """Whichever it is."""
    (folder / name).unlink()

    assert name == damage(folder).file


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9, 0.999])
def test_a_file_that_is_cut_off_is_named(folder, kept):
    """With the line that can't be read, if it isn't empty."""
    path = folder / "data" / "part1.json.gz"
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])

    found = damage(folder)

    assert "data/part1.json.gz" == found.file
    assert (kept > 0) == (found.line > 0)


def test_any_changed_bit_is_found(tmp_path):
    """Wherever in the file it is: in the gzip's own header, too."""
    folder = one_file(tmp_path, lines_of(a_history()))
    path = folder / "data" / "part.json.gz"
    content = path.read_bytes()

    for place in range(len(content)):
        changed = bytes([content[place] ^ 1])
        path.write_bytes(content[:place] + changed + content[place + 1 :])
        assert "data/part.json.gz" == damage(folder).file


def test_what_follows_the_end_is_found(folder):
    """Bytes behind the gzip, even zeros."""
    with (folder / "data" / "part1.json.gz").open("ab") as file:
        file.write(bytes(100_000))

    assert "MD5" in str(damage(folder))


def test_a_line_less_is_found(tmp_path):
    """Though gzip and MD5 are right."""
    folder = one_file(tmp_path, lines_of(a_history()), itemCount=4)

    assert "it has 3 items, not 4" in str(damage(folder))


def test_a_file_is_read_no_further_than_it_should_be(tmp_path):
    """Items without end would fill the disk before they are counted."""
    folder = one_file(tmp_path, lines_of(a_history()) + b"no item", itemCount=3)

    found = damage(folder)

    assert ("data/part.json.gz", 4) == (found.file, found.line)
    assert "it has more than the 3 items" in str(found)


def test_a_file_less_is_found(folder):
    """The summary knows how many items there are."""
    entries = [json.loads(line) for line in (folder / FILES).read_text().splitlines()]
    write_manifests(folder, entries[1:], itemCount=len(HISTORY))

    found = damage(folder)

    assert (FILES, 0) == (found.file, found.line)


GOOD = json.loads(lines_of([a_commit()]))["Item"]
BAD_LINES = {
    "cut off": b"{",
    "a list": b"[]",
    "null": b"null",
    "no UTF-8": b"\xff",
    "no item": b"{}",
    "an empty item": b'{"Item": {}}',
    "an item that is a list": b'{"Item": []}',
    "no base64": json.dumps({"Item": GOOD | {"body": {"B": "no base64!"}}}).encode(),
    "no binary": json.dumps({"Item": GOOD | {"body": {"S": "text"}}}).encode(),
    "a number as base64": json.dumps({"Item": GOOD | {"body": {"B": 7}}}).encode(),
    "no number": json.dumps({"Item": GOOD | {"version": {"N": "one"}}}).encode(),
    "no stream": json.dumps({"Item": GOOD | {"stream": {"S": "no/stream"}}}).encode(),
    "a value without type": json.dumps({"Item": GOOD | {"stream": "default/Order/o"}}).encode(),
    "a value without value": json.dumps({"Item": GOOD | {"stream": {}}}).encode(),
    "a version too large": json.dumps({"Item": GOOD | {"version": {"N": "9" * 20}}}).encode(),
    "a count below one": json.dumps({"Item": GOOD | {"count": {"N": "0"}}}).encode(),
    "a number that is no text": json.dumps({"Item": GOOD | {"count": {"N": 1.9}}}).encode(),
    "an endless number": json.dumps({"Item": GOOD | {"count": {"N": float("inf")}}}).encode(),
    "too deep": b"[" * 100_000,
    "too long": b'{"Item": "' + b"x" * MAX_LINE + b'"}',
}


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=BAD_LINES)
def test_a_line_that_is_no_commit_is_named(tmp_path, line):
    """By its number; the log needn't be searched for it."""
    folder = one_file(tmp_path, lines_of(a_history()) + line + b"\n", itemCount=9)

    found = damage(folder)

    assert ("data/part.json.gz", 4) == (found.file, found.line)
    assert str(found).startswith("data/part.json.gz, line 4: ")


def test_a_commit_that_comes_twice_is_named(tmp_path):
    """No table has two items of one key."""
    folder = one_file(tmp_path, lines_of([*a_history(), a_history()[1]]), itemCount=4)

    assert ("data/part.json.gz", 4) == (damage(folder).file, damage(folder).line)


@pytest.mark.parametrize(
    "changed",
    [{"outputFormat": "ION"}, {"exportType": "INCREMENTAL_EXPORT"}, {"itemCount": None}],
    ids=str,
)
def test_another_kind_of_export_is_refused(folder, changed):
    """An incremental one has only what has changed, and not as new images."""
    entries = [json.loads(line) for line in (folder / FILES).read_text().splitlines()]
    write_manifests(folder, entries, **changed)

    assert SUMMARY == damage(folder).file


@pytest.mark.parametrize(
    "key",
    [
        "x/data/../../secret",
        "/etc/passwd",
        "data/",
        "data/.hidden",
        "x/data/a/b.json.gz",
        "",
        "data/" + "x" * 9_999,
    ],
)
def test_only_data_files_are_opened(tmp_path, key):
    """A manifest is no reason to look elsewhere."""
    folder = one_file(tmp_path, lines_of(a_history()), dataFileS3Key=key)

    assert (FILES, 1) == (damage(folder).file, damage(folder).line)


def test_a_bomb_does_not_fill_the_memory(tmp_path):
    """A line is read no further than a line may be."""
    folder = one_file(tmp_path, b"")
    bomb = gzip.compress(bytes(50_000_000))
    (folder / "data" / "part.json.gz").write_bytes(bomb)

    tracemalloc.start()
    try:
        found = damage(folder)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert ("data/part.json.gz", 1) == (found.file, found.line)
    assert peak < 10_000_000


def test_base64_of_the_hash_is_exact(tmp_path):
    """Bytes come back as they were, whatever their length."""
    commits = [
        a_commit(a_stream(str(size)), header=bytes(range(size)), body=bytes(size))
        for size in range(1, 9)
    ]
    assert base64.b64encode(b"\0") in lines_of(commits[:1])

    assert commits == read(one_file(tmp_path, lines_of(commits)))
