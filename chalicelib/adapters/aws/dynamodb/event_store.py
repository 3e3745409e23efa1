"""The event store on DynamoDB: one item a commit, and the only write is an insert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from chalicelib.adapters.aws.capacity import Cost, item_size, write_units
from chalicelib.adapters.aws.dynamodb.calls import Purpose
from chalicelib.adapters.aws.dynamodb.commits import ATTRIBUTES, ENDLESS, commit_of, item_of
from chalicelib.adapters.aws.retries import code_of
from chalicelib.kernel.errors import Unavailable, VersionConflict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from chalicelib.adapters.aws.dynamodb.calls import Dynamo
    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.kernel.stream import StreamId

_TAKEN: Final = {"DuplicateItemException", "DuplicateItem"}
"""The key is taken; DynamoDB Local says it without the suffix."""
_RANGE: Final = "#stream = :stream AND #version BETWEEN :first AND :last"
_NAMES: Final = {"#stream": "stream", "#version": "version"}


class DynamoEventStore:
    """Implements EventStore.

    PartiQL's INSERT has a permission of its own and refuses a key that exists, so a role that has
    only this one can't change or delete what is stored. A refusal carries no item, so the commit in
    the way is read, and what lies behind it with it: that tells a lost race from our own commit
    whose answer was lost, and it is all that the next try needs.
    """

    strong: bool = False

    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._dynamo = dynamo
        self._table = table
        values = ", ".join(f"'{name}': ?" for name in ATTRIBUTES)
        self._insert = f'INSERT INTO "{table}" VALUE {{{values}}}'

    def append(self, commit: PackedCommit) -> None:
        try:
            self._put(commit)
        except ClientError as refused:
            if code_of(refused) not in _TAKEN:
                raise
            rivals = self._behind_the_insert(commit)
            if rivals[0] != commit:
                stream = str(commit.stream)
                raise VersionConflict(stream, commit.version, rivals) from refused

    def commit_at(self, stream: StreamId, version: int) -> PackedCommit | None:
        answer = self._dynamo.call(
            Purpose("read commit", stream.aggregate),
            "get_item",
            TableName=self._table,
            Key={"stream": {"S": str(stream)}, "version": {"N": str(version)}},
            ConsistentRead=True,
        )
        return commit_of(answer["Item"]) if "Item" in answer else None

    def read(
        self,
        stream: StreamId,
        *,
        after: int = 0,
        before: int | None = None,
        strong: bool = False,
    ) -> Iterator[PackedCommit]:
        if before is not None and before <= after + 1:
            return
        query = self._query(stream, after + 1, before, strong=strong)
        for page in self._dynamo.pages(Purpose("read", stream.aggregate), "query", **query):
            yield from map(commit_of, page)

    def tail(self, stream: StreamId, *, limit: int, strong: bool = False) -> Sequence[PackedCommit]:
        query = self._query(stream, 1, None, strong=strong)
        query |= {"ScanIndexForward": False, "Limit": limit}
        commits: list[PackedCommit] = []
        for page in self._dynamo.pages(Purpose("read tail", stream.aggregate), "query", **query):
            commits.extend(map(commit_of, page))
            if len(commits) >= limit:
                break
        return commits[:limit][::-1]

    def _put(self, commit: PackedCommit) -> None:
        item = item_of(commit)
        purpose = Purpose("append", commit.stream.aggregate)
        parameters = [item[name] for name in ATTRIBUTES]
        answer = self._dynamo.call(
            purpose, "execute_statement", Statement=self._insert, Parameters=parameters
        )
        self._dynamo.meter.add(purpose.operation, purpose.category, _written(item, answer))

    def _behind_the_insert(self, commit: PackedCommit) -> list[PackedCommit]:
        """Return the commit whose key was taken, and those behind it on the same page."""
        query = self._query(commit.stream, commit.version, None, strong=True)
        purpose = Purpose("settle append", commit.stream.aggregate)
        rivals = [commit_of(item) for item in next(self._dynamo.pages(purpose, "query", **query))]
        if not rivals or rivals[0].version != commit.version:
            message = f"{commit.stream}@{commit.version} was refused as taken, but is not there"
            raise Unavailable(message)
        return rivals

    def _query(
        self, stream: StreamId, first: int, before: int | None, *, strong: bool
    ) -> dict[str, Any]:
        last = ENDLESS if before is None else before - 1
        return {
            "TableName": self._table,
            "ConsistentRead": strong,
            "KeyConditionExpression": _RANGE,
            "ExpressionAttributeNames": _NAMES,
            "ExpressionAttributeValues": {
                ":stream": {"S": str(stream)},
                ":first": {"N": str(first)},
                ":last": {"N": str(last)},
            },
        }


def _written(item: Mapping[str, Any], answer: Mapping[str, Any]) -> Cost:
    """Return what the answer leaves out: the bytes, and with DynamoDB Local the units."""
    size = item_size(item)
    counted = "ConsumedCapacity" in answer
    return Cost(write_units=0 if counted else write_units(size), bytes_sent=size)
