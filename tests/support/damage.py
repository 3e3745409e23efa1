"""Damage to a file, where it is meant to hit."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def flip_a_name_in(path: Path, index: str, name: str) -> None:
    """Flip a bit of a name in an index that has one page, of a database that nobody has open."""
    with closing(sqlite3.connect(path)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        (page,) = connection.execute(query, (index,)).fetchone()
    raw = bytearray(path.read_bytes())
    start = raw.index(name.encode(), (page - 1) * size, page * size)
    raw[start + len(name) - 1] ^= 1
    path.write_bytes(raw)
