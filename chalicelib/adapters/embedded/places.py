"""What can be forgotten: the rows of a table that bear a consumer's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from chalicelib.adapters.embedded.database import Database


class SqlitePlace:
    """Implements Clearable, for a class that says how rows are forgotten."""

    _clear: ClassVar[str]
    """Takes the consumer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def clear(self, consumer: str) -> None:
        with self._database.write() as connection:
            connection.execute(self._clear, (consumer,))
