"""A point-in-time export to S3, read: all commits of the table, put in order on the way.

Full exports in DYNAMODB_JSON, as documented under "DynamoDB table export output format". Their
files have the items of one partition each, in no order.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import re
import sqlite3
import zlib
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any, Final, TypeVar

from chalicelib.adapters.aws.dynamodb.commits import commit_of, from_json
from chalicelib.kernel.commit import PackedCommit
from chalicelib.kernel.errors import CorruptStream
from chalicelib.kernel.stream import StreamId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

SUMMARY: Final = "manifest-summary.json"
FILES: Final = "manifest-files.json"
MAX_LINE: Final = 1024 * 1024
"""Bytes; an item has at most 400 KB, and base64 makes a third more of that."""

_DATA_FILE: Final = re.compile(r"(?:.*/)?(data/[A-Za-z0-9_-][A-Za-z0-9._-]{0,200})")
"""A file's key: what comes before is the prefix, and the export's id."""
_CHUNK: Final = 64 * 1024
_NOT_INFLATED: Final = (EOFError, gzip.BadGzipFile, zlib.error)
_UNREADABLE: Final = (
    AttributeError,
    CorruptStream,
    KeyError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)
_TABLE: Final = """
    CREATE TABLE commits (
        stream TEXT NOT NULL,
        version INTEGER NOT NULL,
        count INTEGER NOT NULL,
        header BLOB NOT NULL,
        body BLOB NOT NULL,
        hash BLOB NOT NULL,
        UNIQUE (stream, version)
    )
"""
_INSERT: Final = "INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?)"
_IN_ORDER: Final = "SELECT * FROM commits ORDER BY stream, version"


class DamagedExport(CorruptStream):
    """An export lacks something, or was altered; ``line`` is 0 if it is none in particular."""

    def __init__(self, file: str, line: int, message: str) -> None:
        place = f"{file}, line {line}" if line else file
        super().__init__(f"{place}: {message}")
        self.file = file
        self.line = line


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of the export as its manifest has it; ``md5`` is of the file as it lies there."""

    name: str
    md5: bytes
    items: int


class Export:
    """An export whose files ``fetch`` opens by name, as ``data/x.json.gz``, or FileNotFoundError.

    ``scratch`` is a folder with room for all that is in the export, inflated.
    """

    def __init__(self, fetch: Callable[[str], IO[bytes]], scratch: Path | None = None) -> None:
        self._fetch = fetch
        self._scratch = scratch

    @classmethod
    def of_folder(cls, folder: Path, scratch: Path | None = None) -> Export:
        """Return the export that lies in a folder, the one with its manifests."""
        return cls(lambda name: (folder / name).open("rb"), scratch)

    def commits(self) -> Iterator[PackedCommit]:
        """Yield all commits, stream by stream, in the order of versions.

        The first comes once every file was read and found as its manifest says. Raises
        DamagedExport.
        """
        with (
            TemporaryDirectory(dir=self._scratch, prefix="nexus-export-") as folder,
            closing(sqlite3.connect(Path(folder) / "commits.db", isolation_level=None)) as spilled,
        ):
            spilled.execute("PRAGMA journal_mode = OFF")
            spilled.execute("PRAGMA synchronous = OFF")
            spilled.execute(_TABLE)
            spilled.execute("BEGIN")
            for file in self._files():
                self._spill(file, spilled)
            spilled.execute("COMMIT")
            for stream, *columns in spilled.execute(_IN_ORDER):
                yield PackedCommit(StreamId.parse(stream), *columns)

    def _files(self) -> list[DataFile]:
        """Return the data files; the summary must agree on how many items they have."""
        with self._open(SUMMARY) as stream:
            expected = _read(SUMMARY, 0, stream.read(MAX_LINE), _items_of_summary)
        with self._open(FILES) as stream:
            lines = stream.read().splitlines()
        files = [_read(FILES, number, line, _data_file) for number, line in enumerate(lines, 1)]
        listed = sum(file.items for file in files)
        if listed != expected:
            message = f"its files have {listed} items together, not {expected} as {SUMMARY} says"
            raise DamagedExport(FILES, 0, message)
        return files

    def _spill(self, file: DataFile, spilled: sqlite3.Connection) -> None:
        number = 0
        with self._open(file.name) as stream:
            hashed = _Hashed(stream)
            try:
                for number, line in enumerate(_lines(hashed), 1):
                    if number > file.items:  # it may go on until the disk is full
                        message = f"it has more than the {file.items} items that {FILES} says"
                        raise DamagedExport(file.name, number, message)
                    spilled.execute(_INSERT, _read(file.name, number, line, _row))
            except sqlite3.IntegrityError as error:
                raise DamagedExport(file.name, number, "the same commit comes twice") from error
            except _NOT_INFLATED as error:
                message = f"can't be inflated any further: {error}"
                raise DamagedExport(file.name, number + 1, message) from error
            if hashed.digest() != file.md5:
                raise DamagedExport(file.name, 0, f"its MD5 is not that in {FILES}")
        if number != file.items:
            message = f"it has {number} items, not {file.items} as {FILES} says"
            raise DamagedExport(file.name, 0, message)

    @contextmanager
    def _open(self, name: str) -> Iterator[IO[bytes]]:
        try:
            stream = self._fetch(name)
        except FileNotFoundError as error:
            raise DamagedExport(name, 0, "is not there") from error
        with closing(stream):
            yield stream


class _Hashed(io.RawIOBase):
    """A stream that is hashed as it is read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._md5 = hashlib.md5(usedforsecurity=False)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._stream.read(len(buffer))
        self._md5.update(chunk)
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def digest(self) -> bytes:
        """Return the MD5 of all of it; what was not read yet is read."""
        while self.read(_CHUNK):
            continue
        return self._md5.digest()


def _lines(stream: _Hashed) -> Iterator[bytes]:
    """Yield the lines of a file in gzip, one at a time in memory; an over-long one in pieces."""
    with gzip.GzipFile(fileobj=stream, mode="rb") as inflated:
        while line := inflated.readline(MAX_LINE):
            yield line


def _read(file: str, number: int, text: bytes, parse: Callable[[Any], T]) -> T:
    """Parse a line of JSON, or, as number 0, all of a file."""
    try:
        return parse(json.loads(text))
    except _UNREADABLE as error:
        message = f"{type(error).__name__}: {error}"
        raise DamagedExport(file, number, message) from error


def _items_of_summary(summary: Any) -> int:
    found = summary["outputFormat"], summary.get("exportType", "FULL_EXPORT")
    if found != ("DYNAMODB_JSON", "FULL_EXPORT"):
        message = f"it is no full export in DYNAMODB_JSON, but {found}"
        raise ValueError(message)
    return int(summary["itemCount"])


def _data_file(entry: Any) -> DataFile:
    key = _DATA_FILE.fullmatch(entry["dataFileS3Key"])
    if key is None:
        message = f"{entry['dataFileS3Key']!r} is no data file"
        raise ValueError(message)
    md5 = base64.b64decode(entry["md5Checksum"], validate=True)
    return DataFile(key[1], md5, int(entry["itemCount"]))


def _row(line: Any) -> tuple[object, ...]:
    commit = commit_of(from_json(line["Item"]))
    sealed = (commit.header, commit.body, commit.hash)
    return str(commit.stream), commit.version, commit.count, *sealed
