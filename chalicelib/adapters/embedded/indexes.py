"""Indexes of documents on SQLite: one table for all of them, each document sealed."""

from __future__ import annotations

import json
import logging
import sqlite3
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.embedded.schema import Schema
from chalicelib.adapters.seals import seal
from chalicelib.kernel.errors import DamagedReadModel, Misconfigured
from chalicelib.services.read_models import Document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.adapters.embedded.database import Database
    from chalicelib.services.read_models import Scalar

logger = logging.getLogger(__name__)

_UNREADABLE: Final = ("malformed JSON", "Could not decode to UTF-8")
"""How the errors begin that a damaged text causes; they have no code of their own."""

SCHEMA: Final = Schema(
    "read models",
    5,
    (
        """
        CREATE TABLE indexes (
            name TEXT NOT NULL PRIMARY KEY,
            fields TEXT NOT NULL  -- JSON: by name, the type
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE documents (
            index_name TEXT NOT NULL,
            tenant TEXT NOT NULL,
            id TEXT NOT NULL,
            version INTEGER NOT NULL,
            body BLOB,
            fields TEXT NOT NULL,
            words TEXT NOT NULL,  -- each behind a line feed, which no word holds
            seal BLOB NOT NULL,
            PRIMARY KEY (index_name, tenant, id)
        )
        """,
        """
        CREATE TABLE revisions (
            index_name TEXT NOT NULL,
            tenant TEXT NOT NULL,
            revision INTEGER NOT NULL,  -- stays when the index is dropped
            PRIMARY KEY (index_name, tenant)
        ) WITHOUT ROWID
        """,
    ),
)

_CREATE: Final = "INSERT OR IGNORE INTO indexes (name, fields) VALUES (?, ?)"
_FIELDS: Final = "SELECT fields FROM indexes WHERE name = ?"
_DROP: Final = (
    "DELETE FROM documents WHERE index_name = ?",
    "DELETE FROM indexes WHERE name = ?",
    "UPDATE revisions SET revision = revision + 1 WHERE index_name = ?",
)
_COUNT: Final = "SELECT count(*) FROM documents WHERE index_name = ?"
_PAGE: Final = """
    SELECT tenant, id, version, body, fields, words, seal FROM documents
    WHERE index_name = ? AND (tenant, id) > (?, ?) ORDER BY tenant, id LIMIT ?
"""
# As good as by chance, and the same again for the same seed; the factors are prime.
_SAMPLE: Final = """
    SELECT tenant, id, version, body, fields, words, seal FROM documents
    WHERE index_name = ? ORDER BY (rowid * 7919 + ?) * 104729 % 1000003 LIMIT ?
"""


class SqliteIndexes:
    """Implements Indexes. A damaged document is not shown."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.damaged: dict[str, str] = {}
        """By index, what was found to be damaged, and what to do."""

    def create(self, index: str, fields: Mapping[str, type[Scalar]]) -> bool:
        with self._database.write() as connection:
            made = connection.execute(_CREATE, (index, _told(fields))).rowcount > 0
        self.exists(index, fields)
        return made

    def exists(self, index: str, fields: Mapping[str, type[Scalar]]) -> bool:
        told = _told(fields)
        for (found,) in self._database.rows(_FIELDS, (index,)):
            if found != told:
                message = f"the index {index} has the fields {found}, not {told}"
                raise Misconfigured(f"{message}: raise its projection's version")
            return True
        return False

    def drop(self, index: str) -> None:
        with self._database.write() as connection:
            for statement in _DROP:
                connection.execute(statement, (index,))

    def settle(self, index: str) -> None:
        """What was put is visible already."""

    def count(self, index: str) -> int:
        ((count,),) = self._database.rows(_COUNT, (index,))
        return int(count)

    def page(self, index: str, behind: tuple[str, str] | None, limit: int) -> list[Document]:
        rows = self._found(index, _PAGE, (index, *(behind or ("", "")), limit))
        return [self._document(index, row) for row in rows]

    def sample(self, index: str, seed: int, limit: int) -> list[Document]:
        rows = self._found(index, _SAMPLE, (index, seed % 1_000_003, limit))
        return [self._document(index, row) for row in rows]

    def _found(self, index: str, sql: str, values: Sequence[object]) -> list[Any]:
        try:
            return self._database.rows(sql, values)
        except sqlite3.OperationalError as error:
            if not str(error).startswith(_UNREADABLE):
                raise
            raise self._damage(index) from error

    def _document(self, index: str, row: Any) -> Document:
        *content, found = row
        if found != seal(*content):
            raise self._damage(index)
        tenant, document_id, version, body, fields, words = content
        return Document(
            tenant, document_id, version, body, json.loads(fields), frozenset(words.split())
        )

    def _damage(self, index: str) -> DamagedReadModel:
        path = self._database.path
        message = (
            f"{index} in {path} holds a document that can't be read: rebuild its projection "
            "(nexus projections rebuild), or stop Nexus, delete the file, and start again; it is "
            "made anew from the event store"
        )
        if index not in self.damaged:
            logger.error(message)
        self.damaged[index] = message
        return DamagedReadModel(message)


def _told(fields: Mapping[str, type[Scalar]]) -> str:
    return json.dumps({name: kind.__name__ for name, kind in fields.items()}, sort_keys=True)
