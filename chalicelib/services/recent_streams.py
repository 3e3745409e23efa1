"""Recent streams: what a warm process knows of streams that it has just read or written."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.event_store import Loaded

MAX_BYTES: Final = 16 * 1024 * 1024
"""Of snapshots and events, inflated; as objects they take several times as much."""
_ENTRY: Final = 2048
"""Bytes that an entry counts for besides: a head with its recent commands."""


class RecentStreams:
    """Keeps loaded states up to a total size; the least recently used go first.

    Any of them may be out of date: an append on an old state is refused by the store, and a refusal
    that was reached on one is decided again on a strong read. So none is ever ``strong``.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._known: OrderedDict[StreamId, Loaded] = OrderedDict()
        self._bytes = 0

    def get(self, stream: StreamId) -> Loaded | None:
        """Return what is known of a stream, if anything is."""
        with self._lock:
            known = self._known.get(stream)
            if known is not None:
                self._known.move_to_end(stream)
            return known

    def keep(self, loaded: Loaded) -> None:
        """Keep a state, unless a later one of the same stream is there already."""
        with self._lock:
            known = self._known.get(loaded.stream)
            if not loaded.head.version or (
                known is not None and known.head.version > loaded.head.version
            ):
                return
            if known is not None:
                self._bytes -= _weight(self._known.pop(loaded.stream))
            if _weight(loaded) > self._max_bytes:
                return  # it would drive out all others, and then itself
            self._bytes += _weight(loaded)
            self._known[loaded.stream] = replace(loaded, strong=False)
            while self._bytes > self._max_bytes:
                _, oldest = self._known.popitem(last=False)
                self._bytes -= _weight(oldest)


def _weight(loaded: Loaded) -> int:
    return _ENTRY + loaded.size
