"""Replay: what the code of today makes of recorded histories, to be compared with what it was.

A history is the stored commits of one stream, byte for byte. Its golden form is all that is made of
them: each event as the classes of today have it, the aggregate's state, each read model's document.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from chalicelib.kernel.errors import SchemaViolation
from chalicelib.kernel.head import Head
from chalicelib.services.event_store import reducer_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chalicelib.kernel.commit import Commit, PackedCommit, RecordedEvent
    from chalicelib.kernel.context import Aggregate, BoundedContext
    from chalicelib.kernel.projection import Projection
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.event_store import CommitCodec
    from chalicelib.services.shapes import Shapes

Version: TypeAlias = tuple[str, int]
"""An event type and a version of its schema."""


class Absent:
    """Stands for a member that one side lacks; no JSON is equal to it."""

    def __repr__(self) -> str:
        return "(absent)"


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class TakenSnapshot:
    """A snapshot as it was stored: what it includes, who made it, and the state's JSON."""

    version: int
    reducer: str
    state: str


@dataclass(frozen=True, slots=True)
class History:
    """A recorded stream from its start, and its newest snapshot if it had one."""

    name: str
    about: str
    """What is special about it, for whoever reads it in a review."""
    commits: tuple[PackedCommit, ...]
    snapshot: TakenSnapshot | None = None

    @property
    def stream(self) -> StreamId:
        """Whose history it is."""
        return self.commits[0].stream


@dataclass(frozen=True, slots=True)
class Difference:
    """A place in a golden form, as ``aggregate.state.status``, with what was there and what is."""

    path: str
    was: object
    now: object


class Replayer:
    """Replays histories through the contexts of today; pure but for the codec it is given."""

    def __init__(
        self, codec: CommitCodec, shapes: Shapes, contexts: Iterable[BoundedContext]
    ) -> None:
        contexts = tuple(contexts)
        self._codec = codec
        self._shapes = shapes
        self._aggregates = {each.name: each for context in contexts for each in context.aggregates}
        self._projections = [each for context in contexts for each in context.projections]

    def versions(self, history: History) -> set[Version]:
        """Return the schema versions that its events were written with; raises CorruptStream."""
        headers = map(self._codec.header, history.commits)
        return {
            (event.schema.type, event.schema.version)
            for header in headers
            for event in header.events
        }

    def golden(self, history: History) -> bytes:
        """Return the golden form as JSON.

        Raises CorruptStream or SchemaViolation for what can't be read, and whatever the domain's
        functions raise.
        """
        commits = self._read(history.commits)
        events = [event for commit in commits for event in commit.events]
        aggregate = self._aggregates.get(history.stream.aggregate)
        if aggregate is None:
            raise SchemaViolation(f"{history.stream.aggregate} is an aggregate of no context")
        form = {
            "stream": str(history.stream),
            "events": [_event(event) for event in events],
            "aggregate": self._aggregate(aggregate, events),
            "readModels": {
                each.name: _read_model(each, events)
                for each in self._projections
                if aggregate.name in each.sources
            },
        }
        return self._shapes.to_json(form)

    def _read(self, packed: Sequence[PackedCommit]) -> list[Commit]:
        """Open commits that follow one another without a gap, each chained to the one before."""
        head, commits = Head(), []
        for each in packed:
            commit = self._codec.unpack(each)
            head = head.after(each, commit.header)
            commits.append(commit)
        return commits

    def _aggregate(self, aggregate: Aggregate, events: Iterable[RecordedEvent]) -> dict[str, Any]:
        decider = aggregate.decider
        state = decider.fold(decider.initial, (event.data for event in events))
        return {"reducer": reducer_of(aggregate, self._shapes), "state": state}


def _event(event: RecordedEvent) -> dict[str, Any]:
    return {
        "id": event.id,
        "type": event.type,
        "schemaVersion": event.schema_version,
        "path": event.path,
        "recordedAt": event.recorded_at,
        "effectiveAt": event.effective_at,
        "data": event.data,
    }


def _read_model(projection: Projection[Any], events: Iterable[RecordedEvent]) -> dict[str, Any]:
    document = None
    for event in events:
        if event.path in projection.paths:
            document = projection.apply(document, event)
    return {"index": projection.index, "document": document}


def differences(was: object, now: object, path: str = "") -> Iterator[Difference]:
    """Yield where two pieces of JSON differ, the innermost places."""
    match was, now:
        case dict(), dict():
            for name in {**was, **now}:
                place = f"{path}.{name}".lstrip(".")
                yield from differences(was.get(name, ABSENT), now.get(name, ABSENT), place)
        case list(), list() if len(was) == len(now):
            for number, (left, right) in enumerate(zip(was, now, strict=True)):
                yield from differences(left, right, f"{path}[{number}]")
        case _ if repr(was) != repr(now):  # as 1, True and 1.0 are equal to Python
            yield Difference(path, was, now)
