"""Parity: whether two indexes show the same."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from heapq import merge
from itertools import groupby
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import DamagedReadModel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from chalicelib.services.read_models import Document, Indexes, ReadModels

    _Key = tuple[str, str]
    """Tenant and id."""
    _Side = Document | str | None
    """A document, or why it can't be read."""
    _Pair = tuple[_Side, _Side]

SAMPLE: Final = 200
"""Documents that are compared of each index, unless all are."""
SHOWN: Final = 10
"""Differences that are named."""
AGAIN: Final = 1000
"""Documents that are looked at a second time, when they differed at first."""
_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Parity:
    """What a comparison found: documents of both, how many were compared, some that differ."""

    counts: tuple[int, int]
    compared: int
    differ: int
    examples: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether nothing was found to differ."""
        return self.counts[0] == self.counts[1] and not self.differ

    def __str__(self) -> str:
        present, coming = self.counts
        told = f"{present:,} documents are now {coming:,}; {self.differ:,} of {self.compared:,}"
        return "; ".join([f"{told} compared differ", *self.examples])


@dataclass(slots=True)
class _Tally:
    """What was compared so far; of what differs so much is looked at again."""

    compared: int = 0
    differ: int = 0
    there: list[int] = field(default_factory=lambda: [0, 0])
    """Documents of each of the two."""
    again: dict[_Key, _Pair] = field(default_factory=dict)

    def add(self, key: _Key, pair: _Pair) -> None:
        self.compared += 1
        self._count(pair, 1)
        if pair[0] != pair[1]:
            self.differ += 1
            if len(self.again) < AGAIN:
                self.again[key] = pair

    def correct(self, key: _Key, pair: _Pair) -> None:
        self._count(self.again.pop(key), -1)
        self._count(pair, 1)
        if pair[0] == pair[1]:
            self.differ -= 1
        else:
            self.again[key] = pair

    def parity(self) -> Parity:
        shown = sorted(self.again.items())[:SHOWN]
        examples = [f"{'/'.join(key)} {_difference(*pair)}" for key, pair in shown]
        return Parity((self.there[0], self.there[1]), self.compared, self.differ, tuple(examples))

    def _count(self, pair: _Pair, by: int) -> None:
        for side, each in enumerate(pair):
            self.there[side] += by * (each is not None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compares the index that answers with the one that is to come."""

    read_models: ReadModels
    indexes: Indexes

    def by_sample(self, present: str, coming: str, seed: int) -> Parity:
        """Compare the counts, and some documents of each; raises Unavailable."""
        drawn = [*self._drawn(present, seed), *self._drawn(coming, seed)]
        tally = _Tally()
        for key in {(each.tenant, each.id) for each in drawn}:
            tally.add(key, self._pair(present, coming, key))
        counts = (self.indexes.count(present), self.indexes.count(coming))
        return replace(tally.parity(), counts=counts)

    def of_all(self, present: str, coming: str, still: AbstractContextManager[object]) -> Parity:
        """Compare all documents; raises Unavailable, and DamagedReadModel.

        Where a delivery was under way they may differ by that; so what differs is looked at again
        in ``still``, when there is none.
        """
        both = merge(
            ((each.tenant, each.id, 0, each) for each in self._all(present)),
            ((each.tenant, each.id, 1, each) for each in self._all(coming)),
            key=lambda found: found[:3],
        )
        tally = _Tally()
        for key, found in groupby(both, key=lambda found: found[:2]):
            sides = {side: each for *_, side, each in found}
            tally.add(key, (sides.get(0), sides.get(1)))
        with still:
            for key in list(tally.again):
                tally.correct(key, self._pair(present, coming, key))
        return tally.parity()

    def _pair(self, present: str, coming: str, key: _Key) -> _Pair:
        return self._get(present, *key), self._get(coming, *key)

    def _drawn(self, index: str, seed: int) -> list[Document]:
        try:
            return self.indexes.sample(index, seed, SAMPLE)
        except DamagedReadModel:
            return []

    def _get(self, index: str, tenant: str, document_id: str) -> _Side:
        try:
            return self.read_models.get(index, tenant, document_id)
        except DamagedReadModel as error:
            return str(error)

    def _all(self, index: str) -> Iterator[Document]:
        behind: tuple[str, str] | None = None
        while page := self.indexes.page(index, behind, _PAGE):
            yield from page
            behind = (page[-1].tenant, page[-1].id)


def _difference(one: _Side, other: _Side) -> str:
    match one, other:
        case (None, _):
            return "is new"
        case (_, None):
            return "would be gone"
        case (str(), _) | (_, str()):
            return "can't be read"
        case _:
            same = _version(one) == _version(other)
            return "has another content" if same else "is of another version"


def _version(document: _Side) -> int:
    return 0 if document is None or isinstance(document, str) else document.version
