"""Faults planted into the write path, which the runs have to find."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.aws.dynamodb.calls import Purpose
from chalicelib.adapters.aws.dynamodb.commits import item_of
from chalicelib.adapters.aws.dynamodb.event_store import DynamoEventStore
from chalicelib.kernel.commit import PackedCommit
from chalicelib.kernel.errors import VersionConflict
from chalicelib.services.event_store import StreamLoader
from tests.simulation.plants import PLANTS as OF_SERVICES
from tests.simulation.plants import Plant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.services.event_store import Loaded

_append = DynamoEventStore.append
_behind_the_insert = DynamoEventStore._behind_the_insert
_follow = StreamLoader.follow


class _Rivals(list[PackedCommit]):
    """What a lost race brings, to be told from one's own commit."""


def _put_whatever_is_there(self: DynamoEventStore, commit: PackedCommit) -> None:
    purpose = Purpose("append", commit.stream.aggregate)
    self._dynamo.call(purpose, "put_item", TableName=self._table, Item=item_of(commit))


def _take_every_rival_for_own(self: DynamoEventStore, commit: PackedCommit) -> None:
    try:
        _append(self, commit)
    except VersionConflict:
        return


class _Stranger(PackedCommit):
    """Equal to no other commit, whatever it holds."""

    __slots__ = ()


def _recognise_nothing(self: DynamoEventStore, commit: PackedCommit) -> list[PackedCommit]:
    rivals = _behind_the_insert(self, commit)
    first = rivals[0]
    parts = (first.stream, first.version, first.count, first.header, first.body, first.hash)
    return [_Stranger(*parts), *rivals[1:]]


def _mark_rivals(self: DynamoEventStore, commit: PackedCommit) -> None:
    try:
        _append(self, commit)
    except VersionConflict as lost:
        stream = str(commit.stream)
        raise VersionConflict(stream, commit.version, _Rivals(lost.rivals)) from lost


def _fold_no_rivals(self: StreamLoader, known: Loaded, commits: Sequence[PackedCommit]) -> Loaded:
    after = _follow(self, known, commits)
    return replace(after, state=known.state) if isinstance(commits, _Rivals) else after


PLANTS: Final[Mapping[str, Plant]] = {
    "overwrite": Plant(
        "an append writes unconditionally",
        ((DynamoEventStore, "_put", _put_whatever_is_there),),
        breaks=("1", "2", "10"),
    ),
    "stale-refusal": OF_SERVICES["stale-refusal"],
    "stranger": Plant(
        "a commit whose answer was lost is taken for a rival",
        ((DynamoEventStore, "_behind_the_insert", _recognise_nothing),),
        breaks=("2",),
    ),
    "rival-as-own": Plant(
        "a rival is taken for the commit whose answer was lost",
        ((DynamoEventStore, "append", _take_every_rival_for_own),),
        breaks=("1", "2", "10"),
    ),
    "rivals-not-folded": Plant(
        "what a lost race brings moves the version on, but not the state",
        (
            (DynamoEventStore, "append", _mark_rivals),
            (StreamLoader, "follow", _fold_no_rivals),
        ),
        breaks=("1", "2"),
    ),
}
