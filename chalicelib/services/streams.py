"""Streams, read: the events of one thing, in order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, InvalidInput, NotFound
from chalicelib.services.query_language import MAX_PAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.kernel.commit import RecordedEvent
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.event_store import CommitCodec, EventStore

_CURSOR: Final = re.compile(r"([0-9]{1,15})-([0-9]{1,15})")


@dataclass(frozen=True, slots=True)
class StreamPage:
    """Events of a stream as JSON, its version, and the cursor behind them if there are more."""

    stream: StreamId
    version: int
    events: tuple[bytes, ...]
    next: str | None


class StreamReader:
    """Reads the events of streams, strongly consistent."""

    def __init__(self, events: EventStore, codec: CommitCodec) -> None:
        self._events = events
        self._codec = codec

    def page(
        self,
        stream: StreamId,
        cursor: str | None,
        limit: int,
        render: Callable[[RecordedEvent], bytes],
    ) -> StreamPage:
        """Return at most ``limit`` events as JSON, fewer if they are large, one at least.

        Raises InvalidInput, or NotFound for an empty stream.
        """
        newest = self._events.tail(stream, limit=1, strong=True)
        if not newest:
            message = f"nothing has happened to {stream.local} yet"
            raise NotFound(message)
        events: list[bytes] = []
        following, size = None, 0
        for first, event in self._from(stream, cursor):
            text = render(event)
            size += len(text)
            if events and (len(events) == limit or size > MAX_PAGE):
                following = f"{first}-{event.version}"
                break
            events.append(text)
        return StreamPage(stream, newest[-1].last, tuple(events), following)

    def _from(self, stream: StreamId, cursor: str | None) -> Iterator[tuple[int, RecordedEvent]]:
        """Yield events with the first version of their commit, from where a cursor says."""
        first, version = _position(cursor)
        for commit in self._events.read(stream, after=first - 1, strong=True):
            for event in self._codec.unpack(commit).events:
                if event.version >= version:
                    yield commit.version, event


def _position(cursor: str | None) -> tuple[int, int]:
    """Return the first version of the commit to start in, and the version to start at."""
    if cursor is None:
        return 1, 1
    parts = _CURSOR.fullmatch(cursor)
    if parts is None or not 1 <= int(parts[1]) <= int(parts[2]):
        message = "the cursor does not belong to a stream"
        raise InvalidInput(message, [Fault("cursor", "take it from `next`")])
    return int(parts[1]), int(parts[2])
