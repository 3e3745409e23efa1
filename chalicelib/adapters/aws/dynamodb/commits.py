"""Packed commits as items, wherever they are met: in the table, its stream or its exports."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.commit import PackedCommit
from chalicelib.kernel.errors import CorruptStream, InvalidInput
from chalicelib.kernel.stream import StreamId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.adapters.aws.dynamodb.calls import Item

ENDLESS: Final = 10**18
"""Beyond every version."""
ATTRIBUTES: Final = ("stream", "version", "count", "header", "body", "hash")


def item_of(commit: PackedCommit) -> Item:
    """Return a commit as an item."""
    return {
        "stream": {"S": str(commit.stream)},
        "version": {"N": str(commit.version)},
        "count": {"N": str(commit.count)},
        "header": {"B": commit.header},
        "body": {"B": commit.body},
        "hash": {"B": commit.hash},
    }


def commit_of(item: Item) -> PackedCommit:
    """Read what ``item_of`` wrote; raises CorruptStream for an item that is no commit."""
    try:
        return PackedCommit(
            stream=StreamId.parse(item["stream"]["S"]),
            version=_number(item["version"]["N"]),
            count=_number(item["count"]["N"]),
            header=item["header"]["B"],
            body=item["body"]["B"],
            hash=item["hash"]["B"],
        )
    except (InvalidInput, KeyError, ValueError) as error:
        key = {name: item.get(name) for name in ("stream", "version")}
        message = f"the item {key} is no commit: {type(error).__name__}: {error}"
        raise CorruptStream(message) from error


def from_json(item: Mapping[str, Mapping[str, Any]]) -> Item:
    """Return an item as it is in an answer; in JSON, its binaries are base64.

    Raises ValueError, or TypeError, AttributeError for what is no item.
    """
    return {name: _value(value) for name, value in item.items()}


def _number(text: str) -> int:
    number = int(text)
    if text != str(number) or not 0 < number < ENDLESS:
        message = f"{text} is no version and no count"
        raise ValueError(message)
    return number


def _value(value: Mapping[str, Any]) -> Mapping[str, Any]:
    ((kind, content),) = value.items()
    return {kind: base64.b64decode(content, validate=True) if kind == "B" else content}
