"""Change data capture: what the event store's stream hands to a function, as commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.aws.dynamodb.commits import commit_of, from_json
from chalicelib.kernel.errors import CorruptStream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chalicelib.kernel.commit import PackedCommit

_INSERT: Final = "INSERT"
_UNREADABLE: Final = (AttributeError, CorruptStream, KeyError, TypeError, ValueError)


class CommitChanged(CorruptStream):
    """What was stored has been changed or removed; ``how`` is the store's word for it."""

    def __init__(self, commit: str, how: str) -> None:
        super().__init__(f"{commit} was stored once and for all, and now comes as {how}")
        self.how = how


@dataclass(frozen=True, slots=True)
class Change:
    """A commit that was inserted, and the number of its record, by which a batch is cut off."""

    sequence_number: str
    commit: PackedCommit


def changes(event: Mapping[str, Any]) -> Iterator[Change]:
    """Yield the changes of a Lambda event with records of view type NEW_IMAGE, in their order.

    Raises, behind those that come before it, CommitChanged for a record that is no insert, and
    CorruptStream for one that holds no commit.
    """
    for record in event["Records"]:
        yield _change(record)


def _change(record: Mapping[str, Any]) -> Change:
    details = record["dynamodb"]
    number: str = details["SequenceNumber"]
    if record["eventName"] != _INSERT:
        raise CommitChanged(_key_of(details), record["eventName"])
    try:
        return Change(number, commit_of(from_json(details["NewImage"])))
    except _UNREADABLE as error:
        message = f"record {number} of the stream holds no commit: {type(error).__name__}: {error}"
        raise CorruptStream(message) from error


def _key_of(details: Mapping[str, Any]) -> str:
    keys = details.get("Keys", {})
    stream, version = (keys.get(name, {}) for name in ("stream", "version"))
    return f"{stream.get('S', 'an item')}@{version.get('N', '?')}"
