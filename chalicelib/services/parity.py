"""Parity: whether two indexes show the same."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import DamagedReadModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chalicelib.services.read_models import Document, Indexes, ReadModels

SAMPLE: Final = 200
"""Documents that are compared of each index, unless all are."""
SHOWN: Final = 10
"""Differences that are named."""
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


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compares the index that answers with the one that is to come."""

    read_models: ReadModels
    indexes: Indexes

    def by_sample(self, present: str, coming: str, seed: int) -> Parity:
        """Compare the counts, and some documents of each; raises Unavailable."""
        drawn = [*self._drawn(present, seed), *self._drawn(coming, seed)]
        keys = sorted({(each.tenant, each.id) for each in drawn})
        pairs = [(key, self._get(present, *key), self._get(coming, *key)) for key in keys]
        return self._told(present, coming, pairs)

    def of_all(self, present: str, coming: str) -> Parity:
        """Compare all documents; raises Unavailable, and DamagedReadModel."""
        both = merge(
            ((each.tenant, each.id, 0, each) for each in self._all(present)),
            ((each.tenant, each.id, 1, each) for each in self._all(coming)),
            key=lambda found: found[:3],
        )
        groups = groupby(both, key=lambda found: found[:2])
        pairs = ((key, {side: each for *_, side, each in found}) for key, found in groups)
        return self._told(
            present, coming, ((key, sides.get(0), sides.get(1)) for key, sides in pairs)
        )

    def _told(
        self,
        present: str,
        coming: str,
        pairs: Iterable[tuple[tuple[str, str], Document | str | None, Document | str | None]],
    ) -> Parity:
        compared, differ, examples = 0, 0, list[str]()
        for key, one, other in pairs:
            compared += 1
            if one != other:
                differ += 1
                if len(examples) < SHOWN:
                    examples.append(f"{'/'.join(key)} {_difference(one, other)}")
        counts = (self.indexes.count(present), self.indexes.count(coming))
        return Parity(counts, compared, differ, tuple(examples))

    def _drawn(self, index: str, seed: int) -> list[Document]:
        try:
            return self.indexes.sample(index, seed, SAMPLE)
        except DamagedReadModel:
            return []

    def _get(self, index: str, tenant: str, document_id: str) -> Document | str | None:
        try:
            return self.read_models.get(index, tenant, document_id)
        except DamagedReadModel as error:
            return str(error)

    def _all(self, index: str) -> Iterator[Document]:
        behind: tuple[str, str] | None = None
        while page := self.indexes.page(index, behind, _PAGE):
            yield from page
            behind = (page[-1].tenant, page[-1].id)


def _difference(one: Document | str | None, other: Document | str | None) -> str:
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


def _version(document: Document | str | None) -> int:
    return 0 if document is None or isinstance(document, str) else document.version
