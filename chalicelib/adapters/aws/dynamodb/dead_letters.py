"""Dead letters on DynamoDB: an item for each, or two where the commit is as large as an item."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.aws.capacity import item_size
from chalicelib.adapters.aws.dynamodb.calls import MAX_ITEM, Purpose
from chalicelib.adapters.aws.dynamodb.commits import ENDLESS, commit_of, item_of
from chalicelib.adapters.texts import shortened
from chalicelib.services.dead_letters import DeadLetter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chalicelib.adapters.aws.dynamodb.calls import Dynamo, Item
    from chalicelib.kernel.stream import StreamId

MAX_REASON: Final = 2_000
"""Characters, at most four bytes each."""
_SINCE_THE_FIRST: Final = "#letter = :letter AND #version BETWEEN :first AND :last"


class DynamoDeadLetters:
    """Implements DeadLetters.

    A letter lies under consumer and stream, and the version of its commit. A commit that leaves no
    room for the rest of the letter has a part in an item of its own, under the negative version:
    written before the letter, and removed after it.
    """

    def __init__(self, dynamo: Dynamo, table: str) -> None:
        self._dynamo = dynamo
        self._table = table

    def put(self, letter: DeadLetter) -> None:
        purpose = Purpose("put letter", letter.commit.stream.aggregate)
        for item in _items_of(letter):
            self._dynamo.put(purpose, self._table, item)

    def get(self, consumer: str, stream: StreamId) -> Sequence[DeadLetter]:
        query = self._of(consumer, stream, ENDLESS)
        purpose = Purpose("read letters", stream.aggregate)
        pages = self._dynamo.pages(purpose, "query", ConsistentRead=True, **query)
        return list(self._letters(item for page in pages for item in page))

    def remove(self, consumer: str, stream: StreamId, upto: int) -> None:
        query = self._of(consumer, stream, upto)
        purpose = Purpose("remove letters", stream.aggregate)
        pages = self._dynamo.pages(purpose, "query", ConsistentRead=True, **query)
        keys = [_key_of(item) for page in pages for item in page]
        for key in sorted(keys, key=_version, reverse=True):
            self._dynamo.call(purpose, "delete_item", TableName=self._table, Key=key)

    def all(self, consumer: str | None = None) -> Sequence[DeadLetter]:
        query: dict[str, Any] = {"TableName": self._table, "ConsistentRead": True}
        if consumer is not None:
            query |= {
                "FilterExpression": "begins_with(#letter, :consumer)",
                "ExpressionAttributeNames": {"#letter": "letter"},
                "ExpressionAttributeValues": {":consumer": {"S": f"{consumer} "}},
            }
        pages = self._dynamo.pages(Purpose("list letters", "all"), "scan", **query)
        found = self._letters(item for page in pages for item in page)
        return sorted(
            found, key=lambda each: (each.consumer, each.commit.stream, each.commit.version)
        )

    def count(self) -> int:
        """Return how many there are; the whole table is read for it."""
        answers = self._dynamo.answers(
            Purpose("count letters", "all"),
            "scan",
            TableName=self._table,
            Select="COUNT",
            FilterExpression="attribute_exists(#reason)",  # parts of letters have none
            ExpressionAttributeNames={"#reason": "reason"},
        )
        return sum(int(answer["Count"]) for answer in answers)

    def _of(self, consumer: str, stream: StreamId, last: int) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "KeyConditionExpression": _SINCE_THE_FIRST,
            "ExpressionAttributeNames": {"#letter": "letter", "#version": "version"},
            "ExpressionAttributeValues": {
                ":letter": {"S": f"{consumer} {stream}"},
                ":first": {"N": str(-last)},
                ":last": {"N": str(last)},
            },
        }

    def _letters(self, items: Iterable[Item]) -> Iterator[DeadLetter]:
        """Yield the letters among items, each with its part; parts come first."""
        parts: dict[tuple[str, int], Item] = {}
        for item in items:
            key = item["letter"]["S"], _version(item)
            if _version(item) < 0:
                parts[key] = item
            elif "apart" not in item:
                yield _letter_of(item)
            elif part := parts.pop((key[0], -key[1]), None) or self._part_of(item):
                yield _letter_of({**item, **_without_key(part)})

    def _part_of(self, item: Item) -> Item | None:
        """Return a part that was put while items were read; None if its letter has gone since."""
        answer = self._dynamo.call(
            Purpose("read letters", "all"),
            "get_item",
            TableName=self._table,
            Key=_key(item["letter"]["S"], -_version(item)),
            ConsistentRead=True,
        )
        return answer.get("Item")


def _items_of(letter: DeadLetter) -> list[Item]:
    """Return a letter as an item, behind the item with a part of its commit, if one is needed."""
    name = f"{letter.consumer} {letter.commit.stream}"
    whole = {
        **item_of(letter.commit),
        **_key(name, letter.commit.version),
        "consumer": {"S": letter.consumer},
        "reason": {"S": shortened(letter.reason, MAX_REASON)},
        "attempts": {"N": str(letter.attempts)},
        "failed_at": {"S": letter.failed_at.isoformat()},
    }
    if item_size(whole) <= MAX_ITEM:
        return [whole]
    larger = max("header", "body", key=lambda part: len(whole[part]["B"]))
    part = {**_key(name, -letter.commit.version), larger: whole.pop(larger)}
    return [part, {**whole, "apart": {"S": larger}}]


def _letter_of(item: Item) -> DeadLetter:
    """Read what ``_items_of`` wrote, its part put back."""
    return DeadLetter(
        consumer=item["consumer"]["S"],
        commit=commit_of(item),
        reason=item["reason"]["S"],
        attempts=int(item["attempts"]["N"]),
        failed_at=datetime.fromisoformat(item["failed_at"]["S"]),
    )


def _key(letter: str, version: int) -> dict[str, dict[str, str]]:
    return {"letter": {"S": letter}, "version": {"N": str(version)}}


def _key_of(item: Item) -> Item:
    return {name: item[name] for name in ("letter", "version")}


def _without_key(item: Item) -> Item:
    return {name: item[name] for name in item.keys() - {"letter", "version"}}


def _version(item: Item) -> int:
    return int(item["version"]["N"])
