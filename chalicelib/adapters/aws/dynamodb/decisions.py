"""Decisions on DynamoDB: a tenant's denials in a few shards, by time, dropped by the table."""

from __future__ import annotations

import heapq
import zlib
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.aws.dynamodb.calls import Purpose
from chalicelib.adapters.aws.retries import RESERVE
from chalicelib.adapters.deadline import within
from chalicelib.adapters.decision_records import record_from_text, record_to_text, sortable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chalicelib.adapters.aws.dynamodb.calls import Dynamo
    from chalicelib.services.governance.decisions import DecisionRecord

SHARDS: Final = 8
"""A partition takes 1,000 writes/s, and whoever is denied can ask very often."""
KEPT: Final = timedelta(days=400)
PATIENCE: Final = 0.5
"""Seconds after which its record is not tried again, and the denial is told without it."""


class DynamoDecisions:
    """Implements Decisions.

    A tenant's denials lie in shards, each sorted by time; a list is merged from all of them. Reads
    are eventually consistent.
    """

    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._dynamo = dynamo
        self._table = table

    def record(self, denial: DecisionRecord) -> None:
        stream = denial.subject.stream
        shard = zlib.crc32(denial.id.encode()) % SHARDS
        item = {
            "shard": {"S": _shard(stream.tenant, shard)},
            "place": {"S": _place(*denial.place)},
            "record": {"S": record_to_text(denial)},
            "expires": {"N": str(int((denial.at + KEPT).timestamp()))},
        }
        with within(PATIENCE + RESERVE):
            self._dynamo.put(Purpose("record denial", stream.aggregate), self._table, item)

    def denials(
        self, tenant: str, *, limit: int, before: tuple[datetime, str] | None = None
    ) -> Sequence[DecisionRecord]:
        shards = [self._newest(tenant, shard, limit, before) for shard in range(SHARDS)]
        merged = heapq.merge(*shards, key=lambda record: record.place, reverse=True)
        return list(islice(merged, limit))

    def _newest(
        self, tenant: str, shard: int, limit: int, before: tuple[datetime, str] | None
    ) -> Iterator[DecisionRecord]:
        """Yield the denials of one shard, newest first; a page is read when it is needed."""
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "#shard = :shard",
            "ExpressionAttributeNames": {"#shard": "shard"},
            "ExpressionAttributeValues": {":shard": {"S": _shard(tenant, shard)}},
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if before is not None:
            query["KeyConditionExpression"] += " AND #place < :before"
            query["ExpressionAttributeNames"]["#place"] = "place"
            query["ExpressionAttributeValues"][":before"] = {"S": _place(*before)}
        for page in self._dynamo.pages(Purpose("list denials", "all"), "query", **query):
            for item in page:
                yield record_from_text(item["record"]["S"])


def _shard(tenant: str, number: int) -> str:
    """Return a hash key; there is no space in a tenant."""
    return f"{tenant} {number}"


def _place(at: datetime, name: str) -> str:
    return f"{sortable(at)} {name}"
