"""The read path's other end: a view answers, once it shows what the caller has written."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.errors import (
    BeingBuilt,
    Fault,
    InvalidInput,
    NotFound,
    NotYetVisible,
    Parked,
    Unavailable,
)
from chalicelib.kernel.stream import StreamId
from chalicelib.services.answer_cache import Now, Page
from chalicelib.services.documents import fields_of
from chalicelib.services.lineups import State
from chalicelib.services.places import version_of
from chalicelib.services.query_language import MAX_PAGE, QueryLanguage
from chalicelib.services.read_models import Grouping

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from chalicelib.kernel.projection import Projection
    from chalicelib.kernel.views import Many, One, Totals
    from chalicelib.services.answer_cache import AnswerCache
    from chalicelib.services.consistency import Mark
    from chalicelib.services.lineups import Lineups
    from chalicelib.services.positions import Positions
    from chalicelib.services.query_language import Parameters
    from chalicelib.services.read_models import Document, Group, ReadModels
    from chalicelib.services.shapes import Shapes

MAX_WAIT: Final = 10.0
"""Seconds that a query may wait for its caller's write."""
_FIRST_PAUSE: Final = 0.01
_LAST_PAUSE: Final = 0.2
"""Seconds between two looks at the position: half as long again each time, for many may wait."""


@dataclass(frozen=True, slots=True)
class Question:
    """A query as it arrives: whose, with which parameters, after which writes."""

    tenant: str
    parameters: Parameters
    captured: Mapping[str, str]
    """What the route's placeholders caught."""
    after: tuple[Mark, ...] = ()
    wait: float = 0.0
    """Seconds."""
    anew: bool = False
    """Whether the caller wants no answer that was kept."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What answers a question: an index, and the declaration of its version."""

    projection: Projection[Any]
    index: str

    @property
    def language(self) -> QueryLanguage:
        """What can be asked of it."""
        return QueryLanguage(self.index, self.projection.document)


class QueryService:
    """Answers views from read models; raises NotYetVisible, BeingBuilt or Parked, if it can't yet.

    A question is answered from one index, which the lineup names when it is asked.
    """

    def __init__(
        self,
        read_models: ReadModels,
        lineups: Lineups,
        positions: Positions,
        shapes: Shapes,
        now: Callable[[], datetime],
        cache: AnswerCache,
        sleep: Callable[[float], None] = time.sleep,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read_models = read_models
        self._lineups = lineups
        self._positions = positions
        self._shapes = shapes
        self._now = now
        self._cache = cache
        self._sleep = sleep
        self._seconds = seconds

    def one(self, view: One, asked: Question) -> Document:
        """Return the document of a stream; raises NotFound."""
        if asked.parameters:
            message = "this query takes no parameters"
            faults = [Fault(name[:100], "leave it out") for name in dict(asked.parameters)]
            raise InvalidInput(message, faults)
        shown = self._shown(view.projection)
        self._wait(shown, asked)
        (source,) = shown.projection.sources
        (document_id,) = asked.captured.values()
        document = self._read_models.get(shown.index, asked.tenant, document_id)
        if document is None or document.body is None:
            self._check_kept(shown)
            message = f"there is no {source} {document_id}"
            raise NotFound(message)
        return document

    def many(self, view: Many, asked: Question) -> Page:
        """Return a page of documents; raises InvalidInput."""
        shown = self._shown(view.projection)
        language = shown.language
        query = language.query(asked.tenant, asked.parameters, asked.captured, view.sort)
        self._wait(shown, asked)
        now = self._now_of(shown, asked)

        def compute() -> Page:
            found = self._read_models.find(shown.index, query.one_more())
            if not found:
                self._check_kept(shown)
            page = found[: _fitting(found[: query.limit])]
            more = language.cursor(query, page[-1]) if len(found) > len(page) else None
            return Page(tuple(document.body or b"null" for document in page), more, now.at)

        return self._cache.answer(
            (shown.index, query.normal()), now, compute, anew=_anew(asked, now)
        )

    def totals(self, view: Totals, asked: Question) -> Page:
        """Return all groups, as (name, value) rows in JSON; raises InvalidInput."""
        shown = self._shown(view.projection)
        filters = shown.language.filters([*asked.captured.items(), *asked.parameters])
        grouping = Grouping(asked.tenant, filters, view.by, view.sums)
        self._wait(shown, asked)
        now = self._now_of(shown, asked)

        def compute() -> Page:
            groups = self._read_models.group(shown.index, grouping)
            if not groups:
                self._check_kept(shown)
            rows = (_row(view, shown.projection.document, group) for group in groups)
            return Page(tuple(map(self._shapes.to_json, rows)), None, now.at)

        return self._cache.answer(
            (shown.index, view.count, grouping.normal()), now, compute, anew=_anew(asked, now)
        )

    def _now_of(self, shown: Shown, asked: Question) -> Now:
        return Now(self._now(), self._read_models.revision(shown.index, asked.tenant))

    def _shown(self, projection: Projection[Any]) -> Shown:
        lineup = self._lineups.get(projection.name)
        for each in projection.versions():
            if lineup.live is not None and version_of(lineup.live) == each.version:
                return Shown(each, lineup.live)
        failed = lineup.rebuild is not None and lineup.rebuild.state is State.FAILED
        raise BeingBuilt(projection.name, failed=failed)

    def _check_kept(self, shown: Shown) -> None:
        """Raise Unavailable if nothing was found because the index was dropped meanwhile."""
        if shown.index not in self._lineups.get(shown.projection.name).fed:
            raise Unavailable(f"{shown.index} was dropped while it was asked: ask again")

    def _wait(self, shown: Shown, asked: Question) -> None:
        """Return once the read model has reached the caller's writes."""
        deadline = self._seconds() + min(asked.wait, MAX_WAIT)
        for mark in asked.after:
            if mark.aggregate in shown.projection.sources:
                self._reach(shown, asked.tenant, mark, deadline)

    def _reach(self, shown: Shown, tenant: str, mark: Mark, deadline: float) -> None:
        stream = StreamId(tenant, mark.aggregate, mark.id)
        want = mark.want(shown.projection.paths)
        pause = _FIRST_PAUSE
        while True:
            position = self._positions.get(shown.index, stream)
            if position.version >= want:
                return
            if position.parked is not None:
                raise Parked(stream.local, position.parked)
            left = deadline - self._seconds()
            if left <= 0:
                raise NotYetVisible(stream.local, position.version, want)
            self._sleep(min(pause, left))
            pause = min(pause * 1.5, _LAST_PAUSE)


def _anew(asked: Question, now: Now) -> bool:
    """Tell whether what is kept won't do: without a revision, it may be from before a write."""
    return asked.anew or (now.revision is None and bool(asked.after))


def _row(view: Totals, document: type[Any], group: Group) -> Mapping[str, object]:
    kinds = fields_of(document)
    keys, sums = (
        {name: kinds[name].kind.show(value) for name, value in zip(names, values, strict=True)}
        for names, values in ((view.by, group.values), (view.sums, group.sums))
    )
    return {**keys, view.count: group.count, **sums}


def _fitting(documents: Sequence[Document]) -> int:
    """Return how many of the documents a page has room for; one at least."""
    sizes = accumulate(len(document.body or b"") for document in documents)
    return max(1, sum(size <= MAX_PAGE for size in sizes))
