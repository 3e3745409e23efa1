"""What may be exchanged between consumers: the rows of a table that bear a consumer's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from chalicelib.adapters.embedded.database import Database


class SqlitePlace:
    """Implements Place, for a class that says how rows are forgotten, and how they are copied."""

    _clear: ClassVar[str]
    """Takes the consumer."""
    _copy: ClassVar[str]
    """Takes the consumer, and the one whose rows it gets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, consumer: str, by: str) -> None:
        with self._database.write() as connection:
            connection.execute(self._clear, (consumer,))
            connection.execute(self._copy, (consumer, by))

    def clear(self, consumer: str) -> None:
        with self._database.write() as connection:
            connection.execute(self._clear, (consumer,))
