"""The tables' keys, which code relies on. On AWS, Terraform owns the tables themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TEXT: Final = "S"
NUMBER: Final = "N"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its hash key, its range key if it has one, its indexes; each key (name, type)."""

    name: str
    hash: tuple[str, str]
    range: tuple[str, str] | None = None
    indexes: tuple[Table, ...] = ()
    """With all attributes, and only the items that have the index's keys."""

    def definition(self, prefix: str = "") -> dict[str, Any]:
        """Return the parameters of CreateTable, billed by request."""
        types = {name: kind for each in (self, *self.indexes) for name, kind in each.keys}
        definition: dict[str, Any] = {
            "TableName": prefix + self.name,
            "KeySchema": self.key_schema(),
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": kind} for name, kind in types.items()
            ],
            "BillingMode": "PAY_PER_REQUEST",
        }
        if self.indexes:
            definition["GlobalSecondaryIndexes"] = [
                {
                    "IndexName": index.name,
                    "KeySchema": index.key_schema(),
                    "Projection": {"ProjectionType": "ALL"},
                }
                for index in self.indexes
            ]
        return definition

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The key attributes, each (name, type)."""
        return (self.hash, self.range) if self.range else (self.hash,)

    def key_schema(self) -> list[dict[str, str]]:
        """Return the keys as CreateTable wants them."""
        roles = ("HASH", "RANGE")
        return [
            {"AttributeName": name, "KeyType": role}
            for (name, _), role in zip(self.keys, roles, strict=False)
        ]


EVENT_STORE: Final = Table("nexus-event-store", ("stream", TEXT), ("version", NUMBER))
SNAPSHOTS: Final = Table("nexus-snapshots", ("stream", TEXT), ("version", NUMBER))
PARKED: Final = Table("parked", ("parked", TEXT))
POSITIONS: Final = Table("nexus-positions", ("position", TEXT), indexes=(PARKED,))
DEAD_LETTERS: Final = Table("nexus-dead-letters", ("letter", TEXT), ("version", NUMBER))

TABLES: Final = (EVENT_STORE, SNAPSHOTS, POSITIONS, DEAD_LETTERS)


def create(client: DynamoDBClient, table: Table, prefix: str = "", **more: Any) -> str:
    """Create a table where Terraform does not, as in DynamoDB Local; return its name."""
    definition = table.definition(prefix) | more
    client.create_table(**definition)
    return str(definition["TableName"])
