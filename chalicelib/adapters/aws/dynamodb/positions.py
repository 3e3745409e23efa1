"""Consumers' positions on DynamoDB: an item for each stream of a consumer, and updates only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.aws.dynamodb.calls import Purpose
from chalicelib.adapters.aws.dynamodb.tables import PARKED
from chalicelib.adapters.texts import shortened
from chalicelib.kernel.stream import StreamId
from chalicelib.services.positions import ParkedStream, Position
from chalicelib.services.side_by_side import SideBySide

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.adapters.aws.dynamodb.calls import Dynamo, Item, Refused

MAX_REASON: Final = 1_000
"""Characters; each delivery that waits writes the item anew, whose letter has more of it."""
_THREADS: Final = 8
"""Streams that advance at a time."""

_NAMES: Final = {
    "#key": "position",
    "#version": "version",
    "#parked": "parked",
    "#reason": "reason",
    "#waiting": "waiting",
}
_ZERO: Final = {":zero": {"N": "0"}}
_IS_BEHIND: Final = "attribute_not_exists(#version) OR #version <= :version"
_MARK: Final = "#parked = :parked, #reason = :reason, #waiting = if_not_exists(#waiting, :zero)"


class DynamoPositions:
    """Implements Positions.

    The key is consumer and stream in one, so that a consumer spreads over all partitions. Items of
    parked streams have one more attribute with the same value, the key of a sparse index, which
    spreads likewise and is scanned: it holds nothing else. It may be a moment behind.
    """

    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._dynamo = dynamo
        self._table = table

    def get(self, consumer: str, stream: StreamId) -> Position:
        answer = self._dynamo.call(
            Purpose("read position", stream.aggregate),
            "get_item",
            TableName=self._table,
            Key=_key(consumer, stream),
            ConsistentRead=True,
        )
        return _position(answer["Item"]) if "Item" in answer else Position()

    def advance(self, consumer: str, versions: Mapping[StreamId, int]) -> None:
        if not versions:
            return

        def move(moved: tuple[StreamId, int]) -> None:
            stream, version = moved
            values = {":version": {"N": str(version)}}
            self._update("advance", consumer, stream, "SET #version = :version", _IS_BEHIND, values)

        with ThreadPoolExecutor(min(_THREADS, len(versions))) as threads:
            SideBySide(threads).each(move, versions.items())

    def park(self, consumer: str, stream: StreamId, version: int, reason: str) -> None:
        mark = {
            ":parked": _key(consumer, stream)["position"],
            ":reason": {"S": shortened(reason, MAX_REASON)},
            **_ZERO,
        }
        update = f"SET #version = :version, {_MARK}"
        values = {":version": {"N": str(version)}, **mark}
        if self._update("park", consumer, stream, update, _IS_BEHIND, values):
            # It is ahead of this version, and versions only grow: there it stops.
            self._update("park", consumer, stream, f"SET {_MARK}", "", mark)

    def wait(self, consumer: str, stream: StreamId) -> bool:
        """Count a delivery in; one whose answer was lost on the way may count twice."""
        values = {":one": {"N": "1"}}
        update, condition = "ADD #waiting :one", "attribute_exists(#parked)"
        return not self._update("wait", consumer, stream, update, condition, values)

    def release(self, consumer: str, stream: StreamId, waiting: int) -> bool:
        values = {":seen": {"N": str(waiting)}, **_ZERO}
        update = "SET #waiting = :zero REMOVE #parked, #reason"
        condition = (
            "attribute_exists(#key) AND (attribute_not_exists(#waiting) OR #waiting <= :seen)"
        )
        refused = self._update("release", consumer, stream, update, condition, values)
        return refused is None or not refused.item

    def parked(self, consumer: str | None = None) -> Sequence[ParkedStream]:
        query = {"TableName": self._table, "IndexName": PARKED.name}
        pages = self._dynamo.pages(Purpose("list parked", "all"), "scan", **query)
        found = [_parked_stream(item) for page in pages for item in page]
        wanted = (each for each in found if consumer in (None, each.consumer))
        return sorted(wanted, key=lambda each: (each.consumer, each.stream))

    def _update(
        self,
        operation: str,
        consumer: str,
        stream: StreamId,
        update: str,
        condition: str,
        values: Mapping[str, Any],
    ) -> Refused | None:
        used = {name: each for name, each in _NAMES.items() if name in f"{update} {condition}"}
        return self._dynamo.update(
            Purpose(operation, stream.aggregate),
            TableName=self._table,
            Key=_key(consumer, stream),
            UpdateExpression=update,
            ExpressionAttributeNames=used,
            ExpressionAttributeValues=values,
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
            **({"ConditionExpression": condition} if condition else {}),
        )


def _key(consumer: str, stream: StreamId) -> dict[str, dict[str, str]]:
    """Return the key of an item; there is no space in a stream."""
    return {"position": {"S": f"{consumer} {stream}"}}


def _position(item: Item) -> Position:
    parked = item["reason"]["S"] if "parked" in item else None
    return Position(int(item["version"]["N"]), parked, _waiting(item))


def _parked_stream(item: Item) -> ParkedStream:
    consumer, _, stream = item["position"]["S"].rpartition(" ")
    version, reason = int(item["version"]["N"]), item["reason"]["S"]
    return ParkedStream(consumer, StreamId.parse(stream), version, reason, _waiting(item))


def _waiting(item: Item) -> int:
    return int(item["waiting"]["N"]) if "waiting" in item else 0
