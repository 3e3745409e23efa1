"""Read models on SQLite: one table of documents for all indexes, queried by their JSON fields."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.embedded.conditions import (
    MAX_INTEGER,
    MIN_INTEGER,
    all_of,
    behind,
    order_of,
    type_of,
    value_of,
)
from chalicelib.adapters.embedded.indexes import SCHEMA, SqliteIndexes
from chalicelib.adapters.seals import seal
from chalicelib.adapters.texts import storable
from chalicelib.kernel.errors import Unavailable
from chalicelib.services.read_models import Document, Group

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.services.read_models import Grouping, Query, Scalar

logger = logging.getLogger(__name__)

__all__ = ["SCHEMA", "SqliteReadModels"]

_GET: Final = """
    SELECT tenant, id, version, body, fields, words, seal FROM documents
    WHERE index_name = ? AND tenant = ? AND id = ?
"""
_PUT: Final = """
    INSERT INTO documents (index_name, tenant, id, version, body, fields, words, seal)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (index_name, tenant, id) DO UPDATE
    SET version = excluded.version, body = excluded.body,
        fields = excluded.fields, words = excluded.words, seal = excluded.seal
    WHERE excluded.version > version
"""
_REVISION: Final = "SELECT revision FROM revisions WHERE index_name = ? AND tenant = ?"
_REVISE: Final = """
    INSERT INTO revisions (index_name, tenant, revision) VALUES (?, ?, 1)
    ON CONFLICT (index_name, tenant) DO UPDATE SET revision = revision + 1
"""
# Bodies are read last, and only those that are given: one may have a megabyte.
_FIND: Final = """
    WITH
    found AS (
        SELECT rowid AS place, {order} AS value, id AS name, length(body) AS size FROM documents
        WHERE index_name = ? AND tenant = ? AND {filters} AND {words} AND {behind}
        ORDER BY value {direction}, name {direction} LIMIT ?
    ),
    sums AS (
        SELECT place, value, name, sum(size) OVER page - size AS before, row_number() OVER page AS n
        FROM found
        WINDOW page AS (ORDER BY value {direction}, name {direction} ROWS UNBOUNDED PRECEDING)
    )
    SELECT tenant, id, version, body, fields, words, seal FROM sums
    JOIN documents ON documents.rowid = place
    WHERE n <= 2 OR before <= ifnull(?, before)
    ORDER BY value {direction}, name {direction}
"""
# Grouped by the tenant too, which is one, so that no documents make no group even without fields.
_GROUP: Final = """
    SELECT {columns} FROM documents
    WHERE index_name = ? AND tenant = ? AND {filters}
    GROUP BY {keys} ORDER BY {keys}
"""


class SqliteReadModels(SqliteIndexes):
    """Implements ReadModels and Indexes. Integers have 64 bits; sums are exact beyond that.

    Each document is sealed, and a damaged one is not shown.
    """

    def get(self, index: str, tenant: str, document_id: str) -> Document | None:
        rows = self._found(index, _GET, (index, tenant, storable(document_id)))
        return self._document(index, rows[0]) if rows else None

    def get_many(
        self, index: str, keys: Sequence[tuple[str, str]]
    ) -> Mapping[tuple[str, str], Document]:
        found = {key: self.get(index, *key) for key in keys}
        return {key: document for key, document in found.items() if document is not None}

    def put(self, index: str, documents: Sequence[Document], *, visible: bool = True) -> None:
        del visible  # at once, anyhow
        rows = [(index, *_row(document)) for document in documents]
        if rows:
            with self._database.write() as connection:
                connection.executemany(_PUT, rows)
                tenants = sorted({document.tenant for document in documents})
                connection.executemany(_REVISE, [(index, tenant) for tenant in tenants])

    def find(self, index: str, query: Query) -> list[Document]:
        filters, filter_values = all_of(query.filters)
        after, after_values = behind(query)
        sql = _FIND.format(
            filters=filters,
            words=" AND ".join(["TRUE", *(["instr(words, ?)"] * len(query.words))]),
            behind=after,
            order=order_of(query.sort.field),
            direction="DESC" if query.sort.descending else "ASC",
        )
        words = [f"\n{storable(word)}" for word in query.words]
        values = (
            index,
            query.tenant,
            *filter_values,
            *words,
            *after_values,
            query.limit,
            query.size,
        )
        return [self._document(index, row) for row in self._found(index, sql, values)]

    def group(self, index: str, grouping: Grouping) -> list[Group]:
        filters, values = all_of(grouping.filters)
        keys = [value_of(name) for name in grouping.by]
        types = [f"min({type_of(name)})" for name in grouping.by]
        halves = [half for name in grouping.sums for half in _halves(value_of(name))]
        sql = _GROUP.format(
            columns=", ".join(["count(*)", *keys, *types, *halves]),
            filters=filters,
            keys=", ".join(["tenant", *keys]),
        )
        rows = self._found(index, sql, (index, grouping.tenant, *values))
        return [_group(row, len(grouping.by)) for row in rows]

    def revision(self, index: str, tenant: str) -> int:
        rows = self._database.rows(_REVISION, (index, tenant))
        return int(rows[0][0]) if rows else 0


def _row(document: Document) -> tuple[object, ...]:
    fields = {name: _checked(name, value) for name, value in document.fields.items()}
    packed = json.dumps(fields, separators=(",", ":"))
    words = "".join(f"\n{storable(word)}" for word in sorted(document.words))
    row = (document.tenant, document.id, document.version, document.body, packed, words)
    return *row, seal(*row)


def _checked(name: str, value: Scalar) -> Scalar:
    if isinstance(value, int) and not MIN_INTEGER <= value <= MAX_INTEGER:
        message = f"the read models can't hold {name}: {value} takes more than 64 bits"
        raise Unavailable(message)
    return storable(value) if isinstance(value, str) else value


def _halves(value: str) -> tuple[str, str]:
    """Return the SQL of two sums that fit into 64 bits, where the sum itself may not."""
    return f"sum({value} >> 32)", f"sum({value} & 4294967295)"


def _group(row: Any, keys: int) -> Group:
    count, *columns = row
    values, types, halves = columns[:keys], columns[keys : 2 * keys], columns[2 * keys :]
    return Group(
        values=tuple(map(_scalar, values, types)),
        count=count,
        sums=tuple(
            ((high or 0) << 32) + (low or 0)  # of no values at all, the sum is NULL
            for high, low in zip(halves[::2], halves[1::2], strict=True)
        ),
    )


def _scalar(value: Any, json_type: str | None) -> Scalar:
    scalar: Scalar = bool(value) if json_type in ("true", "false") else value
    return scalar
