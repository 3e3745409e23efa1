"""Packed commits as table rows, and the records of a feed."""

from __future__ import annotations

from typing import Any, TypeAlias

from chalicelib.kernel.commit import PackedCommit
from chalicelib.kernel.stream import StreamId

Record: TypeAlias = tuple[int, PackedCommit]
"""A commit, and its sequence number in the feed: it grows in the order of writing."""

Row: TypeAlias = tuple[str, int, int, bytes, bytes, bytes]
"""Stream, version, count, header, body, hash."""


def row_of(commit: PackedCommit) -> Row:
    """Return a commit as the values of its columns."""
    stream = str(commit.stream)
    return stream, commit.version, commit.count, commit.header, commit.body, commit.hash


def record_of(row: Any) -> Record:
    """Read a sequence number and the columns of a commit."""
    sequence, stream, *columns = row
    return sequence, PackedCommit(StreamId.parse(stream), *columns)
