"""Faults planted into services and adapters, which the simulation has to find."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from chalicelib.domain.orders.projections import sales
from chalicelib.kernel.errors import VersionConflict
from chalicelib.kernel.head import Head
from chalicelib.services.event_store import StreamLoader
from chalicelib.services.parking import Parking
from chalicelib.services.projections import ProjectionHandler
from chalicelib.services.read_models import Group
from tests.simulation.cloud import Cloud
from tests.simulation.log_ports import MemoryEventStore
from tests.simulation.read_models import MemoryReadModels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from chalicelib.kernel.commit import Commit, PackedCommit
    from chalicelib.kernel.snapshot import Snapshot
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.event_store import Loaded
    from chalicelib.services.positions import Position
    from chalicelib.services.projections import Progress
    from chalicelib.services.read_models import Document, Grouping


@dataclass(frozen=True)
class Plant:
    """One planted fault: what is wrong, which parts are replaced by what, what it must break."""

    wrong: str
    parts: tuple[tuple[type[Any], str, Callable[..., Any]], ...]
    breaks: tuple[str, ...]
    """The invariants of which one must break."""
    bound: int = 20
    """Seeds within which it must be found; 1 to 4 were needed."""

    @contextmanager
    def planted(self) -> Iterator[None]:
        """Put the fault in for a while."""
        with ExitStack() as stack:
            for owner, name, wrong in self.parts:
                stack.enter_context(patch.object(owner, name, wrong))
            yield


_load = StreamLoader.load
_start = StreamLoader._start
_snapshot = StreamLoader.snapshot
_append = MemoryEventStore.append
_put = MemoryReadModels.put


def _overwrite(self: Cloud, commit: PackedCommit) -> None:
    self.land(commit)


def _ignore_conflict(self: MemoryEventStore, commit: PackedCommit) -> None:
    try:
        _append(self, commit)
    except VersionConflict:
        return


def _skip_if_seen(
    self: ProjectionHandler, progress: Progress, batch: Sequence[PackedCommit]
) -> Iterator[Commit]:
    return self._unseen(progress, batch)


def _no_gap_read(
    self: ProjectionHandler, progress: Progress, batch: Sequence[PackedCommit]
) -> Iterator[Commit]:
    for commit in self._unseen(progress, batch):
        if self._before(commit) != progress.version:
            return
        yield commit


def _load_as_if_strong(self: StreamLoader, stream: StreamId, *, strong: bool = False) -> Loaded:
    return replace(_load(self, stream, strong=strong), strong=True)


class _Anything(str):
    """Equal to whatever it is compared with."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False


def _start_from_any_reducer(self: StreamLoader, stream: StreamId) -> Loaded:
    mine, self.reducer = self.reducer, _Anything()
    try:
        return _start(self, stream)
    finally:
        self.reducer = mine


def _forgetful_snapshot(self: StreamLoader, loaded: Loaded) -> Snapshot:
    return _snapshot(self, replace(loaded, head=replace(loaded.head, commands=())))


def _position_first(self: ProjectionHandler, progress: Sequence[Progress]) -> None:
    self._positions.advance(self.consumer, {each.stream: each.version for each in progress})
    changed = [each.document for each in progress if each.changed and each.document]
    self._read_models.put(self.consumer, changed)
    for each in progress:
        if each.failure is not None and each.commit is not None:
            self._parking.park(each.commit, each.version, each.failure, 1)


def _count_up(
    self: MemoryReadModels, index: str, documents: Sequence[Document], *, visible: bool = True
) -> None:
    """Beside the documents, add what each of them changes to running totals."""
    if index != sales.index or not documents:
        _put(self, index, documents, visible=visible)
        return
    before = self.cloud.documents[index]
    steps = [(before.get((each.tenant, each.id)), each) for each in documents]

    def effect() -> None:
        counters: Counter[Any] = self.cloud.__dict__.setdefault("counters", Counter())
        for old, new in steps:
            self._newest(index, new)
            for document, sign in ((old, -1), (new, 1)):
                if document is not None:
                    amount = document.fields["totalAmount"]
                    counters[_group_of(document), "orders"] += sign
                    counters[_group_of(document), "amount"] += sign * int(amount or 0)

    self.wire.write(f"count up {index}", effect)


def _group_of(document: Document) -> tuple[Any, ...]:
    return tuple(document.fields[name] for name in ("day", "status", "currency"))


def _counters(self: MemoryReadModels, index: str, grouping: Grouping) -> list[Group]:
    counters: Counter[Any] = self.cloud.__dict__.get("counters", Counter())
    groups = sorted({group for group, _ in counters if counters[group, "orders"]})
    return [
        Group(group, counters[group, "orders"], (counters[group, "amount"],)) for group in groups
    ]


def _forget_all(self: Head, command_id: str) -> None:
    return None


def _drop_letters(self: Parking, stream: StreamId, go_on: Callable[[Position], bool]) -> bool:
    position = self.positions.get(self.consumer, stream)
    self.positions.release(self.consumer, stream, position.waiting)
    self.letters.remove(self.consumer, stream, 1_000_000)
    return True


PLANTS: Final[Mapping[str, Plant]] = {
    "overwrite": Plant(
        "an append overwrites what holds its version",
        ((Cloud, "insert", _overwrite),),
        breaks=("1",),
    ),
    "conflict": Plant(
        "an append takes a conflict for success",
        ((MemoryEventStore, "append", _ignore_conflict),),
        breaks=("1", "2", "10"),
    ),
    "repeat": Plant(
        "a command that comes again is decided again",
        ((Head, "recall", _forget_all),),
        breaks=("2",),
    ),
    "stale-refusal": Plant(
        "a refusal is answered from an eventually consistent read",
        ((StreamLoader, "load", _load_as_if_strong),),
        breaks=("2",),
    ),
    "foreign-snapshot": Plant(
        "a snapshot by another reducer is taken for one's own",
        ((StreamLoader, "_start", _start_from_any_reducer),),
        breaks=("1", "2", "3", "unexpected"),
    ),
    "forgetful-snapshot": Plant(
        "a snapshot does not carry the commands that its stream remembers",
        ((StreamLoader, "snapshot", _forgetful_snapshot),),
        breaks=("2", "3"),
    ),
    "skip-if-seen": Plant(
        "a projection skips what is not newer than the last, and takes all else",
        ((ProjectionHandler, "_following", _skip_if_seen),),
        breaks=("4",),
    ),
    "no-gap-read": Plant(
        "a projection does not read what it was not given",
        ((ProjectionHandler, "_following", _no_gap_read),),
        breaks=("4", "5"),
    ),
    "position-first": Plant(
        "a position is advanced before its document is written",
        ((ProjectionHandler, "_write", _position_first),),
        breaks=("4",),
    ),
    "counters": Plant(
        "totals are counted up with each change",
        ((MemoryReadModels, "put", _count_up), (MemoryReadModels, "_groups", _counters)),
        breaks=("4",),
    ),
    "dropped-letters": Plant(
        "a redrive forgets the dead letters without applying them",
        ((Parking, "drain", _drop_letters),),
        breaks=("5",),
    ),
}
