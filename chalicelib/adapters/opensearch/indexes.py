"""Indexes on OpenSearch: made with their mapping, never by a put; compared and dropped."""

from __future__ import annotations

import logging
import threading
import uuid
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.opensearch.answers import Incomplete, whole, within
from chalicelib.adapters.opensearch.documents import document_of, key_of
from chalicelib.adapters.opensearch.failures import AlreadyThere, IndexGone
from chalicelib.adapters.opensearch.layout import Layout, kinds_of, mapping
from chalicelib.kernel.errors import DamagedReadModel, Misconfigured

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.adapters.opensearch.connection import Connection
    from chalicelib.adapters.opensearch.layout import Kinds
    from chalicelib.services.read_models import Document, Scalar

logger = logging.getLogger(__name__)

ROOM: Final = 16 * 1024 * 1024
"""Bytes of bodies that are read at once, where nothing else is asked for."""
_ALL: Final[dict[str, Any]] = {"match_all": {}}


class OpenSearchIndexes:
    """Implements Indexes. A question about an index that is gone raises IndexGone."""

    def __init__(self, connection: Connection, layout: Layout) -> None:
        self._connection = connection
        self._layout = layout
        self._known: dict[str, Kinds] = {}
        self._guarded = False
        self._guarding = threading.Lock()
        self.damaged: dict[str, str] = {}
        """By index, what was found to be damaged, and what to do."""

    def create(self, index: str, fields: Mapping[str, type[Scalar]]) -> bool:
        self._guard()
        name, made = self._layout.name(index), uuid.uuid4().hex
        body = {
            "settings": {"index": self._layout.settings()},
            "mappings": mapping(fields, made),
            "aliases": {self._layout.entry(index): {}},
        }
        try:
            self._connection.change(f"making {name}", "PUT", f"/{name}", body)
        except AlreadyThere:
            # By somebody else, or by a try whose answer was lost.
            return self._compared(name, fields) == made
        return True

    def exists(self, index: str, fields: Mapping[str, type[Scalar]]) -> bool:
        try:
            self._compared(self._layout.name(index), fields)
        except IndexGone:
            return False
        return True

    def drop(self, index: str) -> None:
        name = self._layout.name(index)
        self._known.pop(index, None)
        self.damaged.pop(index, None)
        try:
            self._connection.change(f"dropping {name}", "DELETE", f"/{name}")
        except IndexGone:
            logger.debug("%s is not there", name)

    def point(self, alias: str, index: str) -> None:
        """Have an alias, which is for dashboards and people, stand for an index and no other."""
        name, shown = self._layout.name(index), self._layout.name(alias)
        others = {"index": f"{self._layout.prefix}*", "alias": shown, "must_exist": False}
        actions = [{"remove": others}, {"add": {"index": name, "alias": shown}}]
        what = f"pointing {shown} at {name}"
        self._connection.change(what, "POST", "/_aliases", {"actions": actions})

    def settle(self, index: str) -> None:
        name = self._layout.name(index)
        what = f"refreshing {name}"

        def attempt(ends: float) -> None:
            try:
                whole(what)(self._connection.once(what, "POST", f"/{name}/_refresh", None, ends))
            except Incomplete:
                # Copies that are nowhere, as while a node is away, show nothing: others answer.
                health = f"/_cluster/health/{name}"
                answer = self._connection.once(what, "GET", health, None, ends)
                if within(what, answer, "status") == "red":
                    raise

        self._connection.repeat(what, attempt)

    def count(self, index: str) -> int:
        try:
            return int(self._asked(index, "_count", {"query": _ALL}, "count"))
        except IndexGone:
            return 0

    def page(self, index: str, behind: tuple[str, str] | None, limit: int) -> list[Document]:
        """Return the documents, or as many of them as have room; one at least."""
        body = {"query": _ALL, "sort": [{"tenant": "asc"}, {"id": "asc"}]}
        if behind is not None:
            body["search_after"] = list(behind)
        return self._read_if_there(index, body, limit)

    def sample(self, index: str, seed: int, limit: int) -> list[Document]:
        """Return the documents, or as many of them as have room; one at least."""
        chance = {"seed": seed % 2**31, "field": "_seq_no"}
        return self._read_if_there(
            index, {"query": {"function_score": {"query": _ALL, "random_score": chance}}}, limit
        )

    def _read_if_there(self, index: str, body: dict[str, Any], limit: int) -> list[Document]:
        try:
            hits, _ = self._hits(index, body, limit, ROOM)
        except IndexGone:
            return []
        return [self._document(index, hit) for hit in hits]

    def _hits(
        self, index: str, body: dict[str, Any], limit: int, room: int | None
    ) -> tuple[list[Any], bool]:
        """Return the first hits, up to one whose body has no room any more; and if more may come.

        Sizes are asked for first, so that bodies are read only if they are given. What comes in
        between may push others back: so one more than there were is asked for, to tell of those.
        """
        if room is None:
            hits = self._searched(index, body | {"size": limit})
            return hits, len(hits) == limit
        sizes = {"_source": False, "docvalue_fields": ["size"], "size": limit}
        hits = self._searched(index, body | sizes)
        found = [hit.get("fields", {"size": [0]})["size"][0] for hit in hits]
        before = list(accumulate(found, initial=0))[:-1]
        # The first one always fits, so there is one that does not behind it.
        fitting = max(min(2, len(found)), sum(size <= room for size in before))
        wanted = min(limit, fitting + 1) if fitting == len(found) else fitting
        hits = self._searched(index, body | {"size": wanted}) if found else []
        return hits, bool(hits) and len(hits) == wanted

    def _searched(self, index: str, body: dict[str, Any]) -> list[Any]:
        uncounted = body | {"track_total_hits": False}
        return list(self._asked(index, "_search", uncounted, "hits", "hits"))

    def _asked(self, index: str, question: str, body: dict[str, Any], *path: str) -> Any:
        """Return what lies at that path of the answer."""
        name = self._layout.name(index)
        what = f"{question[1:]} in {name}"
        answer = self._connection.ask(what, f"/{name}/{question}", body, whole(what))
        return within(what, answer, *path)

    def _document(self, index: str, hit: Any) -> Document:
        try:
            document = document_of(hit.get("_source"))
        except ValueError as error:
            raise self._damage(index) from error
        if hit.get("_id") != key_of(document.tenant, document.id):
            raise self._damage(index)
        return document

    def _damage(self, index: str) -> DamagedReadModel:
        name = self._layout.name(index)
        message = (
            f"{name} in OpenSearch holds a document that can't be read: rebuild its projection, "
            "which makes another index from the event store"
        )
        if index not in self.damaged:
            logger.error(message)
        self.damaged[index] = message
        return DamagedReadModel(message)

    def _kinds(self, index: str) -> Kinds:
        """Return the fields of an index, which never change; asked for once."""
        if index not in self._known:
            name = self._layout.name(index)
            self._known[index] = self._fields(name, self._mapping(name))
        return self._known[index]

    def _mapping(self, name: str) -> dict[str, Any]:
        what = f"looking at {name}"
        answer = self._connection.change(what, "GET", f"/{name}/_mapping")
        found: dict[str, Any] = within(what, answer, name, "mappings")
        return found

    def _fields(self, name: str, found: dict[str, Any]) -> Kinds:
        kinds = kinds_of(found)
        if kinds is None:
            raise Misconfigured(f"{name} was not made by this version: drop it, start again")
        return kinds

    def _compared(self, name: str, wanted: Kinds) -> object:
        """Return who has made an index of these fields."""
        mapping = self._mapping(name)
        found = self._fields(name, mapping)
        if found != wanted:
            message = f"the index {name} has the fields {_told(found)}, not {_told(wanted)}"
            raise Misconfigured(f"{message}: raise its projection's version")
        return mapping["_meta"]["made"]

    def _guard(self) -> None:
        """Have no index appear behind the prefix that takes whatever is put into it."""
        with self._guarding:
            if not self._guarded:
                path = f"/_index_template/{self._layout.prefix}indexes"
                self._connection.change("guarding indexes", "PUT", path, self._layout.template())
                self._guarded = True


def _told(fields: Kinds) -> str:
    return ", ".join(f"{name}: {kind.__name__}" for name, kind in sorted(fields.items()))
