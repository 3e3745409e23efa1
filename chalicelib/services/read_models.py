"""The read-model port: documents by index, and the questions that can be asked of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Scalar: TypeAlias = str | int | bool | None
"""What a field may hold: money is in integer minor units, times and days are ISO 8601 texts."""


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a read model, as of a stream version.

    ``body`` is served as it is; ``fields`` are what can be filtered, sorted and summed, ``words``
    what can be searched. A body of None is a tombstone: it is kept for its version, never found.
    """

    tenant: str
    id: str
    version: int
    body: bytes | None
    fields: Mapping[str, Scalar]
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition; operator is eq, gt, gte, lt or lte. All of a query's must hold."""

    field: str
    operator: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class Sort:
    """By which field; documents with equal values go by id, in the same direction."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Which documents of a tenant, in which order, behind which (sort value, id), how many.

    ``size`` is the bytes that a page has room for, whose first document always fits: behind the
    first one that does not, an index need give none. Each of ``words`` has to be the beginning of
    one of the document's words; nothing is ranked.
    """

    tenant: str
    filters: tuple[Filter, ...]
    sort: Sort
    limit: int
    after: tuple[Scalar, str] | None = None
    words: tuple[str, ...] = ()
    size: int | None = None

    def one_more(self) -> Query:
        """Return the query for one document more, which tells whether there is a next page."""
        return replace(self, limit=self.limit + 1)

    def normal(self) -> Query:
        """Return the one query of all that ask for the same in other words."""
        words = tuple(sorted(set(self.words)))
        return replace(self, filters=_normal(self.filters), words=words)


@dataclass(frozen=True, slots=True)
class Grouping:
    """Documents counted, and fields summed, by groups; groups come sorted."""

    tenant: str
    filters: tuple[Filter, ...]
    by: tuple[str, ...]
    sums: tuple[str, ...]

    def normal(self) -> Grouping:
        """Return the one grouping of all that ask for the same in other words."""
        return replace(self, filters=_normal(self.filters))


@dataclass(frozen=True, slots=True)
class Group:
    """One group: its values in the order of ``by``, its number of documents, its sums."""

    values: tuple[Scalar, ...]
    count: int
    sums: tuple[int, ...]


def _normal(filters: tuple[Filter, ...]) -> tuple[Filter, ...]:
    return tuple(
        sorted(set(filters), key=lambda each: (each.field, each.operator, str(each.value)))
    )


class ReadModels(Protocol):
    """Indexes of documents.

    Each method raises Unavailable if it could not be done; those that read raise DamagedReadModel
    if what they find can't be read.
    """

    def get(self, index: str, tenant: str, document_id: str) -> Document | None:
        """Return a document, also if it is a tombstone. Strongly consistent.

        A projection folds on from what this returns: it must show every put that has returned.
        """

    def get_many(
        self, index: str, keys: Sequence[tuple[str, str]]
    ) -> Mapping[tuple[str, str], Document]:
        """Return those documents that there are, by tenant and id, as ``get`` does."""

    def put(self, index: str, documents: Sequence[Document], *, visible: bool = True) -> None:
        """Write documents; one not newer than what is there is ignored.

        ``visible``: to find and group on return. Else it may take until ``Indexes.settle``, which
        an index that nobody asks yet is filled the quicker by.
        """

    def find(self, index: str, query: Query) -> list[Document]:
        """Return the documents asked for."""

    def group(self, index: str, grouping: Grouping) -> list[Group]:
        """Return the groups asked for."""

    def revision(self, index: str, tenant: str) -> int | None:
        """Return a number that changes with whatever find and group show of a tenant.

        It has changed when what has changed can be seen, so that what is read behind the number is
        of that revision, or of a later one; and it never comes back, not even if the index is
        dropped and made again. None if to tell takes as long as to answer.
        """


class Indexes(Protocol):
    """Indexes as a whole: made, compared and dropped; only what was made is put into.

    Each method raises Unavailable if it could not be done, and DamagedReadModel as ReadModels do.
    """

    def create(self, index: str, fields: Mapping[str, type[Scalar]]) -> bool:
        """Make an empty index for documents of these fields; false if there is one already.

        Raises Misconfigured if that one has other fields.
        """

    def exists(self, index: str, fields: Mapping[str, type[Scalar]]) -> bool:
        """Tell whether there is an index; raises Misconfigured if it has other fields."""

    def drop(self, index: str) -> None:
        """Forget an index with all its documents, if there is one."""

    def settle(self, index: str) -> None:
        """Return once find and group see all that was put."""

    def count(self, index: str) -> int:
        """Return the number of documents put and not dropped, tombstones too, of all tenants."""

    def page(self, index: str, behind: tuple[str, str] | None, limit: int) -> list[Document]:
        """Return documents of all tenants in the order of (tenant, id), tombstones too."""

    def sample(self, index: str, seed: int, limit: int) -> list[Document]:
        """Return documents of all tenants by chance, another lot for each seed, tombstones too."""
