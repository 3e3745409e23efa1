"""A full replay: every commit of the table, by a parallel scan at a limited rate."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from chalicelib.adapters.aws.dynamodb.calls import Purpose
from chalicelib.adapters.aws.dynamodb.commits import commit_of
from chalicelib.adapters.aws.retries import code_of
from chalicelib.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.adapters.aws.dynamodb.calls import Dynamo
    from chalicelib.kernel.commit import PackedCommit

SEGMENTS: Final = 4
PAGE_UNITS: Final = 128.0
"""What a page of 1 MB takes, eventually consistent."""
_PURPOSE: Final = Purpose("replay", "all")


@dataclass(frozen=True, slots=True)
class Place:
    """How far a segment has come: behind (stream, version), or at its start; or to its end."""

    key: tuple[str, int] | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a replay has come in each of its segments."""

    segments: tuple[Place, ...]

    def to_text(self) -> str:
        """Return it as JSON."""
        return json.dumps([[place.key, place.ended] for place in self.segments])

    @classmethod
    def from_text(cls, text: str) -> Checkpoint:
        """Read what ``to_text`` wrote; raises InvalidInput for anything else."""
        try:
            return cls(tuple(_place(key, ended) for key, ended in json.loads(text)))
        except (RecursionError, TypeError, ValueError) as error:
            message = f"this is no checkpoint of a replay: {type(error).__name__}: {error}"
            raise InvalidInput(message) from error


def _place(key: Any, ended: object) -> Place:
    match key, ended:
        case None, bool():
            return Place(None, bool(ended))
        case [str(stream), int(version)], bool():
            return Place((stream, version), bool(ended))
        case _:
            message = f"{key} is no place"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Progress:
    """What a replay has read since it was begun or resumed: commits, and their bytes as stored."""

    commits: int = 0
    bytes: int = 0
    segments_done: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Some commits, how far that is, and where to resume once they are taken care of."""

    commits: tuple[PackedCommit, ...]
    progress: Progress
    checkpoint: Checkpoint


class Pace:
    """Spaces out reads, so that no more is spent than a rate allows, but for pages under way."""

    def __init__(
        self, rate: float, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._rate = rate
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._free = clock()
        self._expected = PAGE_UNITS

    def wait(self) -> float:
        """Wait until there is room; return the units that are set aside for the page to come."""
        with self._lock:
            expected, now = self._expected, self._clock()
            start = max(self._free, now)
            self._free = start + expected / self._rate
        if start > now:
            self._sleep(start - now)
        return expected

    def spent(self, expected: float, units: float) -> None:
        """Put right what was set aside, and expect the next page to cost as much as this one."""
        with self._lock:
            self._free += (units - expected) / self._rate
            self._expected = max(units, 0.5)


class Replay:
    """Reads all commits, each stream's in the order of its versions, streams interleaved.

    A stream is one item collection: it lies in one segment, and a scan returns it by sort key. That
    is how DynamoDB does it, not what it promises, so a reader goes by the versions, as projections
    do. What is appended meanwhile may or may not be seen. ``rate`` is in read units per second, for
    all segments together; ``page`` limits the commits of one request.
    """

    def __init__(
        self,
        dynamo: Dynamo,
        table: str,
        *,
        rate: float,
        segments: int = SEGMENTS,
        page: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._dynamo = dynamo
        self._start = Checkpoint((Place(),) * segments)
        self._query: dict[str, Any] = {"TableName": table} | ({"Limit": page} if page else {})
        self._pace = Pace(rate, clock, sleep)

    def pages(self, checkpoint: Checkpoint | None = None) -> Iterator[Page]:
        """Yield the pages from the start, or from a checkpoint of any replay of this table.

        Raises InvalidInput for a checkpoint whose segments are not this table's.

        The next page of each segment is read while the one before is taken care of. Raises
        CorruptStream for an item that is no commit, and whatever a call raises.
        """
        places = list((checkpoint or self._start).segments)
        if not places:
            message = "the checkpoint has no segments"
            raise InvalidInput(message)
        progress = Progress(segments_done=sum(place.ended for place in places))
        with ThreadPoolExecutor(len(places)) as threads:

            def scan(number: int) -> Any:
                """Read on the caller's deadline."""
                segment = {"Segment": number, "TotalSegments": len(places)}
                return threads.submit(copy_context().run, self._page, segment, places[number])

            running = {scan(n): n for n, place in enumerate(places) if not place.ended}
            while running:
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    number = running.pop(done)
                    commits, places[number] = done.result()
                    if not places[number].ended:
                        running[scan(number)] = number
                    progress = _further(progress, commits, places[number])
                    yield Page(commits, progress, Checkpoint(tuple(places)))

    def _page(
        self, segment: dict[str, int], place: Place
    ) -> tuple[tuple[PackedCommit, ...], Place]:
        query = self._query | segment
        if place.key is not None:
            stream, version = place.key
            query["ExclusiveStartKey"] = {"stream": {"S": stream}, "version": {"N": str(version)}}
        expected = self._pace.wait()
        try:
            answer = self._dynamo.call(_PURPOSE, "scan", **query)
        except ClientError as error:
            if place.key is None or code_of(error) != "ValidationException":
                raise
            message = f"the checkpoint is of another replay: {place.key} is not in its segment"
            raise InvalidInput(message) from error
        self._pace.spent(expected, answer["ConsumedCapacity"]["CapacityUnits"])
        commits = tuple(map(commit_of, answer["Items"]))
        last = answer.get("LastEvaluatedKey")
        if last is None:
            return commits, replace(place, ended=True)
        return commits, Place((last["stream"]["S"], int(last["version"]["N"])))


def _further(progress: Progress, commits: tuple[PackedCommit, ...], place: Place) -> Progress:
    return Progress(
        progress.commits + len(commits),
        progress.bytes + sum(commit.size for commit in commits),
        progress.segments_done + place.ended,
    )
