"""What a file's tables are, how the file tells, and how an older one becomes a newer one."""

from __future__ import annotations

import sqlite3
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Misconfigured

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MADE: Final = (
    "SELECT CAST(type || ' ' || name || ' ' || ifnull(sql, '') AS BLOB) FROM sqlite_master"
)


@dataclass(frozen=True, slots=True)
class Schema:
    """What a file holds, the version of its tables, and the statements that make them."""

    kind: str
    version: int
    statements: tuple[str, ...]
    upgrades: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """By older version, the statements that make the next one of it."""

    @property
    def application_id(self) -> int:
        """The number in the file's header that tells this kind of file from every other."""
        return zlib.crc32(f"nexus {self.kind}".encode()) >> 1


def prepare(connection: sqlite3.Connection, schema: Schema, path: Path) -> None:
    """Make an empty file one of this schema, and an older one the present one."""
    version = version_of(connection, schema, path)
    if version is None:
        for statement in schema.statements:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {schema.application_id}")
    else:
        _upgrade(connection, schema, version, path)
    # Written each time: a file that can't be written is found out here and now.
    connection.execute(f"PRAGMA user_version = {schema.version}")


def version_of(connection: sqlite3.Connection, schema: Schema, path: Path) -> int | None:
    """Return the version of the file's tables, None if it is empty.

    Raises Misconfigured if it is a file of another kind, or of a version that can't be used.
    """
    kind, version = header_of(connection)
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if (kind, version, tables) == (0, 0, 0):
        return None
    if kind != schema.application_id:
        message = f"{path} holds no {schema.kind} of Nexus; move it away, or use another folder"
        raise Misconfigured(message)
    if version not in (schema.version, *schema.upgrades):
        message = (
            f"{path} has version {version} of the {schema.kind}, and this Nexus reads version "
            f"{schema.version}; run the Nexus that wrote it, or use another folder"
        )
        raise Misconfigured(message)
    return version


def header_of(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return the application id of a file, and the version of its tables."""
    (kind,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(kind), int(version)


def made(connection: sqlite3.Connection) -> set[bytes]:
    """Return all that was made in a file: its tables, indexes and triggers, with their SQL."""
    return {text for (text,) in connection.execute(_MADE)}


def _upgrade(connection: sqlite3.Connection, schema: Schema, version: int, path: Path) -> None:
    try:
        for older in range(version, schema.version):
            for statement in schema.upgrades[older]:
                connection.execute(statement)
    except sqlite3.IntegrityError as error:
        message = (
            f"{path} holds what version {schema.version} of the {schema.kind} rules out ({error}); "
            "put back a copy of the whole folder"
        )
        raise Misconfigured(message) from error
