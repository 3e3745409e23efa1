"""Answers of queries, kept in process for as long as they are true, or true enough.

An index that counts its changes tells exactly when an answer has expired: at the next change. One
that can't tell has a bound instead, in seconds, within which an answer may be given again.
"""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import datetime

MAX_ENTRIES: Final = 1_000
MAX_BYTES: Final = 32 * 1024 * 1024
_OVERHEAD: Final = 1_000
"""Bytes that an entry takes beside its key and its items; an item's own is a twentieth."""


@dataclass(frozen=True, slots=True)
class Page:
    """Items as JSON, the cursor behind them, and the time that they are true of.

    ``age`` is how many seconds ago that was, and ``bound`` the most that it may have been. The tag
    is the same for the same items and cursor, whenever they were read.
    """

    items: tuple[bytes, ...]
    next: str | None
    as_of: datetime
    age: int = 0
    bound: int = 0
    cached: bool = False
    tag: str = ""

    @property
    def size(self) -> int:
        """Bytes of memory, about."""
        return sum(map(len, self.items)) + _OVERHEAD + len(self.items) * _OVERHEAD // 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A page, the revision that it is of, when it was begun, and the bytes that it takes."""

    page: Page
    revision: int | None
    began: float
    size: int


@dataclass(frozen=True, slots=True)
class Now:
    """A time, and the revision that an index had behind it; None if it can't tell."""

    at: datetime
    revision: int | None


class AnswerCache:
    """Keeps the answers that were asked for last, up to a number and a size; for any threads.

    ``max_staleness`` is in seconds, for indexes without a revision: at 0 theirs are not kept.
    """

    def __init__(
        self,
        max_staleness: int = 0,
        *,
        max_entries: int = MAX_ENTRIES,
        max_bytes: int = MAX_BYTES,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_staleness = max_staleness
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()
        self._bytes = 0
        self._under_way: dict[tuple[Hashable, int | None], Future[Entry]] = {}

    def answer(
        self,
        key: Hashable,
        now: Now,
        compute: Callable[[], Page],
        *,
        anew: bool = False,
    ) -> Page:
        """Return what is kept and still holds, or compute it; ``anew`` computes it in any case.

        Who asks for the same of the same revision meanwhile waits for one answer.
        """
        if anew or (now.revision is None and not self._max_staleness):
            return self._given(self._computed(key, now, compute))
        mine = Future[Entry]()
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None and self._holds(entry, now):
                self._entries.move_to_end(key)
                return self._given(entry, now)
            flight = self._under_way.setdefault((key, now.revision), mine)
        if flight is not mine:
            return self._given(flight.result(), now)
        return self._given(self._lead(key, now, compute, mine))

    def _lead(
        self, key: Hashable, now: Now, compute: Callable[[], Page], mine: Future[Entry]
    ) -> Entry:
        """Compute for all who wait; an error is theirs too."""
        try:
            entry = self._computed(key, now, compute)
        except BaseException as error:
            mine.set_exception(error)
            raise
        else:
            mine.set_result(entry)
            return entry
        finally:
            with self._lock:
                del self._under_way[key, now.revision]

    def _computed(self, key: Hashable, now: Now, compute: Callable[[], Page]) -> Entry:
        began = self._seconds()
        page = compute()
        page = replace(page, tag=_tag(page))
        entry = Entry(page, now.revision, began, page.size + len(repr(key)))
        if now.revision is not None or self._max_staleness:
            self._keep(key, entry)
        return entry

    def _keep(self, key: Hashable, entry: Entry) -> None:
        with self._lock:
            there = self._entries.get(key)
            if entry.size > self._max_bytes or (there is not None and there.began > entry.began):
                return
            self._bytes += entry.size - (there.size if there is not None else 0)
            self._entries[key] = entry
            self._entries.move_to_end(key)
            while len(self._entries) > self._max_entries or self._bytes > self._max_bytes:
                _, oldest = self._entries.popitem(last=False)
                self._bytes -= oldest.size

    def _holds(self, entry: Entry, now: Now) -> bool:
        if now.revision is not None or entry.revision is not None:
            return entry.revision == now.revision
        return self._seconds() - entry.began < self._max_staleness

    def _given(self, entry: Entry, again: Now | None = None) -> Page:
        """Return the page; one that its revision proves is as true now as when it was read."""
        page = replace(entry.page, cached=again is not None)
        if entry.revision is None:
            age = 0 if again is None else math.ceil(self._seconds() - entry.began)
            return replace(page, age=age, bound=self._max_staleness)
        return page if again is None else replace(page, as_of=again.at)


def _tag(page: Page) -> str:
    shown = b"[" + b",".join(page.items) + b"]" + (page.next or "").encode()
    return hashlib.sha256(shown).hexdigest()[:32]
