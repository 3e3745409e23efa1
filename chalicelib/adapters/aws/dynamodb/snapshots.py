"""The snapshot store on DynamoDB: sealed items, and one that is damaged is no snapshot."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.aws.capacity import item_size
from chalicelib.adapters.aws.dynamodb.calls import MAX_ITEM, Purpose
from chalicelib.adapters.aws.retries import RESERVE
from chalicelib.adapters.deadline import within
from chalicelib.adapters.deflate import deflate, inflate
from chalicelib.adapters.heads import head_from_text, head_to_text
from chalicelib.adapters.seals import seal
from chalicelib.kernel.snapshot import Snapshot

if TYPE_CHECKING:
    from chalicelib.adapters.aws.dynamodb.calls import Dynamo, Item
    from chalicelib.kernel.stream import StreamId

logger = logging.getLogger(__name__)

MAX_CONTENT: Final = 16 * 1024 * 1024
"""Bytes that head and state may have inflated, as many as the events of a commit may."""
PATIENCE: Final = 1.0
"""Seconds that a snapshot is waited for, with all tries: the log can answer without it."""
_BETWEEN: Final = b"\n"
"""Stands between head and state: a head's JSON has no line break."""


class DynamoSnapshotStore:
    """Implements SnapshotStore.

    The newest is read eventually consistent: an older one only makes the tail longer. Head and
    state are one attribute, deflated where that makes it smaller, as a read costs half a unit for
    each started 4 KB. What fits in no item is not kept: loads then take the snapshot before it, or
    none.
    """

    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._dynamo = dynamo
        self._table = table

    def latest(self, stream: StreamId) -> Snapshot | None:
        with within(PATIENCE + RESERVE):
            answer = self._dynamo.call(
                Purpose("read snapshot", stream.aggregate),
                "query",
                TableName=self._table,
                KeyConditionExpression="#stream = :stream",
                ExpressionAttributeNames={"#stream": "stream"},
                ExpressionAttributeValues={":stream": {"S": str(stream)}},
                ScanIndexForward=False,
                Limit=1,
            )
        for item in answer["Items"]:
            try:
                return _snapshot_of(stream, item)
            except (KeyError, ValueError) as error:
                version, kind = item["version"]["N"], type(error).__name__
                message = "the snapshot of %s at version %s is damaged, and not used: %s: %s"
                logger.error(message, stream, version, kind, error)  # noqa: TRY400 - it is no bug
        return None

    def save(self, snapshot: Snapshot) -> None:
        content = head_to_text(snapshot.head).encode() + _BETWEEN + snapshot.state
        item = _item_of(snapshot, content)
        if len(content) > MAX_CONTENT or item_size(item) > MAX_ITEM:
            message = "the snapshot of %s at version %d has %d bytes, %d packed, and is not kept"
            sizes = (len(content), item_size(item))
            logger.error(message, snapshot.stream, snapshot.version, *sizes)
            return
        purpose = Purpose("save snapshot", snapshot.stream.aggregate)
        self._dynamo.put(purpose, self._table, item)


def _item_of(snapshot: Snapshot, content: bytes) -> Item:
    packed = deflate(content)
    deflated = len(packed) < len(content)
    body = packed if deflated else content
    return {
        "stream": {"S": str(snapshot.stream)},
        "version": {"N": str(snapshot.version)},
        "reducer": {"S": snapshot.reducer},
        "body": {"B": body},
        "deflated": {"BOOL": deflated},
        "seal": {"B": seal(str(snapshot.stream), snapshot.version, snapshot.reducer, body)},
    }


def _snapshot_of(stream: StreamId, item: Item) -> Snapshot:
    """Read what ``_item_of`` wrote; raises KeyError or ValueError for anything else."""
    version, reducer, body = int(item["version"]["N"]), item["reducer"]["S"], item["body"]["B"]
    if item["seal"]["B"] != seal(str(stream), version, reducer, body):
        message = "its seal is not that of its content"
        raise ValueError(message)
    content = inflate(body, MAX_CONTENT) if item["deflated"]["BOOL"] else body
    head, _, state = content.partition(_BETWEEN)
    return Snapshot(stream, head_from_text(head.decode()), reducer, state)
