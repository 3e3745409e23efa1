"""Packed commits as items, wherever they are met: in the table, its stream or its exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.kernel.commit import PackedCommit
from chalicelib.kernel.stream import StreamId

if TYPE_CHECKING:
    from chalicelib.adapters.aws.dynamodb.calls import Item

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
    """Read what ``item_of`` wrote; raises KeyError for an item that is no commit."""
    return PackedCommit(
        stream=StreamId.parse(item["stream"]["S"]),
        version=int(item["version"]["N"]),
        count=int(item["count"]["N"]),
        header=item["header"]["B"],
        body=item["body"]["B"],
        hash=item["hash"]["B"],
    )
