"""Read models on OpenSearch: documents by version, the questions that can be asked of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.opensearch import questions
from chalicelib.adapters.opensearch.answers import got
from chalicelib.adapters.opensearch.bulk import LARGEST, batches, outcome
from chalicelib.adapters.opensearch.documents import LONGEST, key_of
from chalicelib.adapters.opensearch.indexes import OpenSearchIndexes
from chalicelib.adapters.opensearch.sums import AT_ONCE, aggregation, group_of
from chalicelib.kernel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.adapters.opensearch.connection import Connection
    from chalicelib.adapters.opensearch.layout import Layout
    from chalicelib.services.read_models import Document, Group, Grouping, Query

_PAGE: Final = 1000
"""Documents that one search gives."""
_GOT: Final = 100
"""Documents that are got at once, whatever their size."""


class OpenSearchReadModels(OpenSearchIndexes):
    """Implements ReadModels and Indexes. Integers have 64 bits; sums are exact beyond that.

    Each document is sealed, and a damaged one is not shown. ``largest`` is the bytes of a bulk,
    ``at_once`` the groups of one answer.
    """

    def __init__(
        self,
        connection: Connection,
        layout: Layout,
        *,
        largest: int = LARGEST,
        at_once: int = AT_ONCE,
    ) -> None:
        super().__init__(connection, layout)
        self._largest = largest
        self._at_once = at_once

    def get(self, index: str, tenant: str, document_id: str) -> Document | None:
        key = (tenant, document_id)
        return self.get_many(index, [key]).get(key)

    def get_many(
        self, index: str, keys: Sequence[tuple[str, str]]
    ) -> Mapping[tuple[str, str], Document]:
        found: dict[tuple[str, str], Document] = {}
        for begin in range(0, len(keys), _GOT):
            found |= self._got(index, keys[begin : begin + _GOT])
        return found

    def put(self, index: str, documents: Sequence[Document], *, visible: bool = True) -> None:
        items = batches(documents, self._largest)
        waiting = visible and len(items) == 1
        repeated = [self._put(index, batch, waiting=waiting) for batch in items]
        # Nothing waits for what was there already: it may not be visible yet, as when an answer
        # was lost. And many requests would wait one after the other.
        if visible and items and (any(repeated) or not waiting):
            self.settle(index)

    def find(self, index: str, query: Query) -> list[Document]:
        body = questions.search(query, self._kinds(index))
        found: list[Document] = []
        room, more = query.size, True
        while body is not None and more and len(found) < query.limit:
            wanted = min(query.limit - len(found), _PAGE)
            hits, more = self._hits(index, body, wanted, room)
            documents = [self._document(index, hit) for hit in hits]
            found += documents
            if room is not None:
                room -= sum(len(each.body or b"") for each in documents)
                more = more and room >= 0
            body |= {"search_after": hits[-1]["sort"]} if hits else {}
        return found

    def revision(self, index: str, tenant: str) -> int | None:
        del index, tenant  # to count would be a request, as an answer is

        return None

    def group(self, index: str, grouping: Grouping) -> list[Group]:
        body = aggregation(grouping, self._kinds(index), self._at_once)
        groups: list[Group] = []
        while True:
            answer = self._asked(index, "_search", body, "aggregations", "groups")
            groups += [group_of(bucket, grouping) for bucket in answer["buckets"]]
            if len(answer["buckets"]) < self._at_once:
                return [self._with_whole_texts(index, grouping, group) for group in groups]
            body["aggs"]["groups"]["composite"]["after"] = answer["after_key"]

    def _with_whole_texts(self, index: str, grouping: Grouping, group: Group) -> Group:
        """Return a group whose long texts are not shortened any more: a document has each."""
        values = list(group.values)
        for number, (name, value) in enumerate(zip(grouping.by, group.values, strict=True)):
            if isinstance(value, str) and len(value) == LONGEST:
                query = {"term": {f"fields.{name}": {"value": value}}}
                hits = self._searched(index, {"query": query, "size": 1})
                if not hits:
                    raise Unavailable(f"a text that groups {index} has gone meanwhile; ask again")
                values[number] = self._document(index, hits[0]).fields[name]
        return replace(group, values=tuple(values))

    def _got(self, index: str, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Document]:
        name = self._layout.name(index)
        what, body = f"get from {name}", {"ids": [key_of(*key) for key in keys]}
        answer = self._connection.ask(what, f"/{name}/_mget", body, got(what, len(keys)))
        hits = zip(keys, answer["docs"], strict=True)
        return {key: self._document(index, hit) for key, hit in hits if hit["found"]}

    def _put(self, index: str, items: list[bytes], *, waiting: bool) -> bool:
        """Put a batch; tell whether any of it was not newer than what is there."""
        what = f"put into {self._layout.name(index)}"
        entry = self._layout.entry(index)
        wait = "&refresh=wait_for" if waiting else ""
        left, repeated = items, False

        def attempt(ends: float) -> Any:
            nonlocal left, repeated
            path = f"/{entry}/_bulk?require_alias=true{wait}"
            answer = self._connection.once(what, "POST", path, b"".join(left), ends)
            told = outcome(what, left, answer)
            left, repeated = told.again, repeated or told.repeated
            if told.failure is not None:
                raise told.failure

        self._connection.repeat(what, attempt)
        return repeated
