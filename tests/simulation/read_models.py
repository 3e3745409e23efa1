"""The read models' port, in memory and over a wire, as far as the simulation asks."""

from __future__ import annotations

import operator
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.services.lineups import Lineup
from chalicelib.services.read_models import Group

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from chalicelib.kernel.projection import Projection
    from chalicelib.services.read_models import Document, Filter, Grouping, Query
    from tests.simulation.cloud import Cloud
    from tests.simulation.wire import Wire

_OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


class FirstIndexes:
    """Implements Lineups: of each projection the first index answers, and is never rebuilt."""

    def __init__(self, projections: Iterable[Projection[Any]]) -> None:
        self._live = {each.name: each.index for each in projections}

    def get(self, projection: str) -> Lineup:
        return Lineup(projection, self._live[projection])

    def put(self, lineup: Lineup) -> bool:
        raise AssertionError(lineup)


@dataclass(frozen=True)
class MemoryReadModels:
    """Implements ReadModels, as far as the views of the simulation ask."""

    cloud: Cloud
    wire: Wire

    def get(self, index: str, tenant: str, document_id: str) -> Document | None:
        what = f"document {index}/{document_id}"
        return self.wire.read(what, lambda: self.cloud.documents[index].get((tenant, document_id)))

    def get_many(
        self, index: str, keys: Sequence[tuple[str, str]]
    ) -> Mapping[tuple[str, str], Document]:
        found = {key: self.get(index, *key) for key in keys}
        return {key: document for key, document in found.items() if document is not None}

    def put(self, index: str, documents: Sequence[Document], *, visible: bool = True) -> None:
        del visible  # at once, anyhow

        def effect(count: int | None = None) -> None:
            for document in documents[:count]:
                self._newest(index, document)

        if documents:
            told = ", ".join(f"{each.id}@{each.version}" for each in documents)
            half = len(documents) // 2
            self.wire.write(f"put {index} {told}", effect, lambda: effect(half))

    def find(self, index: str, query: Query) -> list[Document]:
        def place(document: Document) -> tuple[Any, str]:
            return document.fields[query.sort.field], document.id

        def effect() -> list[Document]:
            found = self._matching(index, query.tenant, query.filters)
            found.sort(key=place, reverse=query.sort.descending)
            behind = operator.lt if query.sort.descending else operator.gt
            after = query.after
            return [
                document for document in found if after is None or behind(place(document), after)
            ][: query.limit]

        return self.wire.read(f"find in {index}", effect)

    def group(self, index: str, grouping: Grouping) -> list[Group]:
        return self.wire.read(f"group {index}", lambda: self._groups(index, grouping))

    def revision(self, index: str, tenant: str) -> int | None:
        """Each answer is computed."""
        return None

    def _groups(self, index: str, grouping: Grouping) -> list[Group]:
        groups: dict[tuple[Any, ...], list[Document]] = defaultdict(list)
        for document in self._matching(index, grouping.tenant, grouping.filters):
            groups[tuple(document.fields[name] for name in grouping.by)].append(document)
        return [
            Group(values, len(found), tuple(_sum(found, name) for name in grouping.sums))
            for values, found in sorted(groups.items())
        ]

    def _matching(self, index: str, tenant: str, filters: Sequence[Filter]) -> list[Document]:
        return [
            document
            for document in self.cloud.documents[index].values()
            if document.tenant == tenant and document.body is not None
            if all(
                _OPERATORS[each.operator](document.fields[each.field], each.value)
                for each in filters
            )
        ]

    def _newest(self, index: str, document: Document) -> None:
        key = document.tenant, document.id
        there = self.cloud.documents[index].get(key)
        if there is None or there.version < document.version:
            self.cloud.documents[index][key] = document


def _sum(documents: Sequence[Document], name: str) -> int:
    return sum(int(document.fields[name] or 0) for document in documents)
