"""Operations: what carries events, how far it lags, what has stopped, and how it goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from chalicelib.kernel.errors import NotFound
from chalicelib.services.denials import Page, page_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from chalicelib.kernel.projection import Projection
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.dead_letters import DeadLetter, DeadLetters
    from chalicelib.services.governance.decisions import Decisions
    from chalicelib.services.positions import ParkedStream, Positions
    from chalicelib.services.rebuilds import Rebuild, Rebuilder

FAILURES: Final = 3
"""Failures in a row from which on a consumer counts as down."""
NEVER: Final = "never"
"""The state of a read model that was never rebuilt."""

Report = dict[str, object]
"""Plain data, named as JSON names it."""


class ConsumerStatus(Protocol):
    """How a consumer does: its lag in records, its last error, its failures in a row."""

    @property
    def name(self) -> str: ...
    @property
    def lag(self) -> int: ...
    @property
    def error(self) -> str | None: ...
    @property
    def failures(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """What an operator sees and does; each method raises Unavailable if it could not be done.

    A ``tenant`` narrows it to that tenant's streams; others are as if they had not stopped.
    """

    positions: Positions
    letters: DeadLetters
    decisions: Decisions
    projections: Sequence[Projection[Any]]
    redrivers: Mapping[str, Callable[[StreamId], bool]]
    """By consumer: makes a stream go on, and tells whether it did."""
    rebuilders: Mapping[str, Rebuilder] = field(default_factory=dict)
    """By index."""
    consumers: Callable[[], Iterable[ConsumerStatus]] = tuple
    damaged: Callable[[], Mapping[str, str]] = dict
    """By index, what was found to be damaged since the start, and what to do."""

    def health(self) -> Report:
        """Return how the system does; ``status`` is ``ok`` or ``degraded``.

        Anybody may see it, so it names no stream and quotes no error, which may name one.
        """
        consumers = list(self.consumers())
        damaged = self.damaged()
        down = damaged or any(each.failures >= FAILURES for each in consumers)
        return {
            "status": "degraded" if down else "ok",
            "consumers": [_outline(each) for each in consumers],
            "parkedCount": len(self.positions.parked()),
            "deadLetterCount": self.letters.count(),
            "damagedCount": len(damaged),
        }

    def statuses(self) -> list[Report]:
        """Return how each consumer does, with its last error; the router comes first."""
        return [_consumer(each) for each in self.consumers()]

    def read_models(self, tenant: str | None = None) -> list[Report]:
        """Return each projection: its consumers' lag, its parked streams, what is damaged."""
        consumers, damaged = list(self.consumers()), self.damaged()
        return [
            {
                "index": projection.index,
                "name": projection.name,
                "version": projection.version,
                "source": projection.source,
                "paths": sorted(projection.paths),
                "consumers": [
                    _consumer(each)
                    for each in consumers
                    if each.name.partition(".")[0] == projection.index
                ],
                "parked": [
                    _parked(each)
                    for each in self.positions.parked(projection.index)
                    if tenant in (None, each.stream.tenant)
                ],
                "damaged": damaged.get(projection.index),
            }
            for projection in self.projections
        ]

    def dead_letters(self, tenant: str | None = None) -> list[Report]:
        """Return what could not be applied, by whom and why; the payload stays where it is."""
        return [
            _letter(letter)
            for letter in self.letters.all()
            if tenant in (None, letter.commit.stream.tenant)
        ]

    def denials(self, tenant: str, *, limit: int, cursor: str | None = None) -> Page:
        """Return what the policies forbade in a tenant, newest first; raises InvalidInput too."""
        return page_of(self.decisions, tenant, limit=limit, cursor=cursor)

    def redrive(self, consumer: str, stream: StreamId, tenant: str | None = None) -> bool:
        """Make a stream go on; false if it stops again. Raises NotFound if it had not stopped."""
        redriver = self.redrivers.get(consumer)
        stopped = self.letters.get(consumer, stream) or self.positions.get(consumer, stream).parked
        if redriver is None or not stopped or tenant not in (None, stream.tenant):
            message = f"{consumer[:100]} has not stopped in {stream}"
            raise NotFound(message)
        return redriver(stream)

    def rebuild(self, index: str) -> Report:
        """Begin to fill a read model anew, unless that is under way; raises NotFound."""
        return _rebuild(index, self._rebuilder(index).start())

    def last_rebuild(self, index: str) -> Report:
        """Return how the last rebuild of a read model stands; raises NotFound."""
        return _rebuild(index, self._rebuilder(index).last())

    def _rebuilder(self, index: str) -> Rebuilder:
        if index not in self.rebuilders:
            message = f"there is no read model {index[:100]}"
            raise NotFound(message)
        return self.rebuilders[index]


def _outline(each: ConsumerStatus) -> Report:
    return {"name": each.name, "lag": each.lag, "failures": each.failures}


def _consumer(each: ConsumerStatus) -> Report:
    return {**_outline(each), "error": each.error}


def _parked(each: ParkedStream) -> Report:
    return {
        "consumer": each.consumer,
        "stream": str(each.stream),
        "behind": each.version,
        "reason": each.reason,
        "waiting": each.waiting,
    }


def _rebuild(index: str, last: Rebuild | None) -> Report:
    return {
        "index": index,
        "state": last.state if last else NEVER,
        "handled": last.handled if last else 0,
        "total": last.total if last else 0,
        "startedAt": last and last.started_at,
        "finishedAt": last and last.finished_at,
        "error": last and last.error,
    }


def _letter(letter: DeadLetter) -> Report:
    commit = letter.commit
    return {
        "consumer": letter.consumer,
        "stream": str(commit.stream),
        "version": commit.version,
        "count": commit.count,
        "bytes": commit.size,
        "reason": letter.reason,
        "attempts": letter.attempts,
        "failedAt": letter.failed_at,
    }
