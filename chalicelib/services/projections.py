"""Projections: each read model is the fold of the log, however and how often it comes."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.errors import CorruptStream, Misconfigured, Unavailable
from chalicelib.services.projected_documents import ProjectedDocuments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from chalicelib.kernel.commit import Commit, PackedCommit, RecordedEvent
    from chalicelib.kernel.projection import Projection
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.event_store import CommitCodec, EventStore
    from chalicelib.services.parking import Parking
    from chalicelib.services.positions import Position
    from chalicelib.services.read_models import Document, ReadModels
    from chalicelib.services.shapes import Shapes

ATTEMPTS: Final = 3
"""Tries that a commit gets before its stream is parked."""
_PAUSE: Final = 0.02
"""Seconds after the first failed try; doubled after the second."""


@dataclass(slots=True)
class Progress:
    """How far a stream's document has come in memory, and what stopped it there, if anything."""

    stream: StreamId
    document: Document | None
    version: int
    changed: bool = False
    commit: PackedCommit | None = None
    """The one in hand."""
    failure: Exception | None = None
    resumed: bool = False
    """Whether the stored document has been read."""


class ProjectionHandler:
    """Keeps one read model: takes commits as they come, applies each exactly once, in order.

    Versions are the truth. A commit that does not follow the stream's position is either a repeat,
    and passed over, or shows a gap, and then the store is read. Subclass to do more once a read
    model shows a stream: ``written`` is called for every stream of a batch, repeats included.
    """

    def __init__(
        self,
        projection: Projection[Any],
        events: EventStore,
        codec: CommitCodec,
        read_models: ReadModels,
        parking: Parking,
        shapes: Shapes,
        sleep: Callable[[float], None] = time.sleep,
        *,
        visible: bool = True,
    ) -> None:
        self.projection = projection
        self.consumer = parking.consumer
        self._events = events
        self._codec = codec
        self._read_models = read_models
        self._parking = parking
        self._positions = parking.positions
        self._shapes = shapes
        self._documents = ProjectedDocuments(projection, read_models, shapes)
        self._sleep = sleep
        self._visible = visible

    def beside(self, consumer: str, *, visible: bool = True) -> ProjectionHandler:
        """Return the handler that fills another index, and does nothing more than that.

        ``visible``: what is handled can be found on return.
        """
        return ProjectionHandler(
            self.projection,
            self._events,
            self._codec,
            self._read_models,
            replace(self._parking, consumer=consumer),
            self._shapes,
            self._sleep,
            visible=visible,
        )

    def handle(self, commits: Sequence[PackedCommit]) -> None:
        """Fold, write the documents, advance the positions, park what stopped: in this order.

        Raises Unavailable, and then the whole batch may come again.
        """
        ordered = sorted(commits, key=lambda commit: (commit.stream, commit.version))
        grouped = groupby(ordered, key=lambda commit: commit.stream)
        batches = {stream: list(batch) for stream, batch in grouped}
        taken = self._taken(batches)
        known = self._documents.known(self.consumer, taken)
        self._write(
            [self._fold(each, position, batches[each], known) for each, position in taken.items()]
        )

    def redrive(self, stream: StreamId, upto: int | None = None) -> bool:
        """Go on with a parked stream from where it stopped; false if it stops again.

        ``upto`` is a version, where what lies behind it is not for anybody to see.
        """

        def go_on(position: Position) -> bool:
            stored = self._events.read(stream, after=position.version, strong=True)
            behind = [each for each in stored if upto is None or each.version <= upto]
            progress = self._fold(stream, position, behind, {})
            self._write([progress])
            return progress.failure is None

        return self._parking.drain(stream, go_on)

    def catch_up(self, versions: Mapping[StreamId, int]) -> None:
        """Go on with streams as far as a version of each, by what is stored; raises Unavailable."""
        behind = []
        for stream, position in self._taken(versions).items():
            stored = self._events.read(stream, after=position.version, strong=True)
            behind += [each for each in stored if each.version <= versions[stream]]
        self.handle(behind)

    def written(self, stream: StreamId, version: int) -> None:
        """Do what is to be done once the read model shows a stream up to a version."""

    def _taken(self, streams: Iterable[StreamId]) -> dict[StreamId, Position]:
        """Return how far the streams are that are followed, and go on."""
        followed = [each for each in streams if each.aggregate in self.projection.sources]
        positions = {each: self._positions.get(self.consumer, each) for each in followed}
        return {
            stream: position
            for stream, position in positions.items()
            if not self._parking.holds(stream, position)
        }

    def _write(self, progress: Sequence[Progress]) -> None:
        changed = [each.document for each in progress if each.changed and each.document]
        self._read_models.put(self.consumer, changed, visible=self._visible)
        self._positions.advance(self.consumer, {each.stream: each.version for each in progress})
        for each in progress:
            if each.failure is not None and each.commit is not None:
                self._parking.park(each.commit, each.version, each.failure, ATTEMPTS)
            self.written(each.stream, each.version)

    def _fold(
        self,
        stream: StreamId,
        position: Position,
        batch: Sequence[PackedCommit],
        known: Mapping[StreamId, Document | None],
    ) -> Progress:
        first = batch[0] if batch else None
        progress = Progress(stream, None, position.version, commit=first)
        for attempt in range(ATTEMPTS):
            if attempt:
                self._sleep(_PAUSE * 2 ** (attempt - 1))
            try:
                self._resume(progress, known)
                for commit in self._following(progress, batch):
                    self._apply(progress, commit)
            except (Misconfigured, Unavailable):  # no record is to blame for these
                raise
            except Exception as error:  # noqa: BLE001 - poison is whatever cannot be applied
                progress.failure = error
            else:
                progress.failure = None
                break
        return progress

    def _resume(self, progress: Progress, known: Mapping[StreamId, Document | None]) -> None:
        if not progress.resumed:
            stream = progress.stream
            found = known if stream in known else self._documents.of(self.consumer, stream)
            document = found.get(stream)
            if document is not None and document.version > progress.version:
                # Something broke between the two writes, so it may not be visible yet: put again.
                progress.version, progress.changed = document.version, True
            progress.document, progress.resumed = document, True

    def _following(self, progress: Progress, batch: Sequence[PackedCommit]) -> Iterator[Commit]:
        """Yield the commits behind the progress without a gap; what the batch lacks is read.

        Nothing behind the batch is: it has not been delivered, perhaps not even published.
        """
        for commit in self._unseen(progress, batch):
            if self._before(commit) != progress.version:
                break
            yield commit
        else:
            return
        stored = self._events.read(progress.stream, after=progress.version, strong=True)
        upto = batch[-1].version
        for commit in self._unseen(progress, (each for each in stored if each.version <= upto)):
            if self._before(commit) != progress.version:
                message = f"{commit.stream}: version {progress.version} is missing its next commit"
                raise CorruptStream(message)
            yield commit

    def _unseen(self, progress: Progress, commits: Iterable[PackedCommit]) -> Iterator[Commit]:
        for packed in commits:
            if packed.last > progress.version:
                progress.commit = packed
                if self._concerns(packed, progress.version):
                    yield self._codec.unpack(packed)

    def _concerns(self, packed: PackedCommit, behind: int) -> bool:
        """Tell by the header alone: what is not for this projection needn't be readable to it."""
        events = enumerate(self._codec.header(packed).events, start=packed.version)
        paths = self.projection.paths
        return any(number > behind and event.path in paths for number, event in events)

    def _apply(self, progress: Progress, commit: Commit) -> None:
        """Fold one commit; all of it counts or, if an event fails, nothing."""
        declared = self._declared(commit)
        before = self._documents.value(progress.document)
        after = before
        for event in declared:
            after = self.projection.apply(after, event)
        version = declared[-1].version
        if after is not before:
            progress.document = self._documents.document(commit.stream, version, after)
            progress.changed = True
        progress.version = version

    def _declared(self, commit: Commit) -> list[RecordedEvent]:
        return [event for event in commit.events if event.path in self.projection.paths]

    def _before(self, commit: Commit) -> int:
        """Return the version that this consumer must have reached before a commit."""
        return max(commit.header.previous_on[path] for path in self.projection.paths)
