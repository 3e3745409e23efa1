"""Operations: what carries events, how far it lags, what has stopped, and how it goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from chalicelib.kernel.errors import NotFound
from chalicelib.services.denials import Page, page_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from chalicelib.kernel.projection import Projection
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.dead_letters import DeadLetter, DeadLetters
    from chalicelib.services.governance.decisions import Decisions
    from chalicelib.services.lineups import Lineup, Rebuild
    from chalicelib.services.parity import Parity
    from chalicelib.services.positions import ParkedStream, Positions
    from chalicelib.services.rebuilds import Rebuilder

FAILURES: Final = 3
"""Failures in a row from which on a consumer counts as down."""
NEVER: Final = "never"
"""The state of a read model that was never rebuilt."""

Report = dict[str, object]
"""Plain data, named as JSON names it."""


class ConsumerStatus(Protocol):
    """How a consumer does: what it has handled, its lag in records, its last error, its failures.

    The checkpoint is the number of the last record that it has handled, by its feed's own count.
    """

    @property
    def name(self) -> str: ...
    @property
    def checkpoint(self) -> int: ...
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
    """By projection: what keeps its indexes."""
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
        """Return each projection: its indexes, consumers' lag, parked streams, what is damaged."""
        consumers, damaged = list(self.consumers()), self.damaged()
        reports = []
        for projection in self.projections:
            lineup = self._rebuilder(projection.name).lineup()
            reports.append(
                {
                    "name": projection.name,
                    "version": projection.version,
                    "sources": list(projection.sources),
                    "paths": sorted(projection.paths),
                    **_lineup(lineup),
                    "consumers": [
                        _consumer(each)
                        for each in consumers
                        if each.name.partition(".")[0] == projection.name
                    ],
                    "parked": [
                        _parked(each)
                        for index in lineup.fed
                        for each in self.positions.parked(index)
                        if tenant in (None, each.stream.tenant)
                    ],
                    "damaged": next(
                        (damaged[each] for each in lineup.fed if each in damaged), None
                    ),
                }
            )
        return reports

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
        redriver = self._redriver(consumer)
        stopped = self.letters.get(consumer, stream) or self.positions.get(consumer, stream).parked
        if redriver is None or not stopped or tenant not in (None, stream.tenant):
            message = f"{consumer[:100]} has not stopped in {stream}"
            raise NotFound(message)
        return redriver(stream)

    def rebuild(self, projection: str) -> Report:
        """Begin to fill a new index, unless that is under way; raises NotFound."""
        return _rebuild(self._rebuilder(projection).start())

    def last_rebuild(self, projection: str) -> Report:
        """Return how the last rebuild of a projection stands; raises NotFound."""
        return _rebuild(self._rebuilder(projection).lineup().rebuild)

    def change(self, projection: str, action: str) -> Report:
        """Switch, roll-back, retire or discard an index; raises NotFound, and Rejected if idle."""
        rebuilder = self._rebuilder(projection)
        actions = {
            "switch": rebuilder.switch,
            "roll-back": rebuilder.roll_back,
            "retire": rebuilder.retire,
            "discard": rebuilder.discard,
        }
        if action not in actions:
            raise NotFound(f"there is no action {action[:100]}; there are {', '.join(actions)}")
        return {"name": projection, **_lineup(actions[action]())}

    def compare(self, projection: str) -> Report:
        """Compare all documents of two indexes; raises NotFound, and Rejected if there is one."""
        return _parity(self._rebuilder(projection).compare())

    def _redriver(self, consumer: str) -> Callable[[StreamId], bool] | None:
        for each in self.rebuilders.values():
            if consumer in each.lineup().fed:
                return partial(each.feeder.redrive, consumer)
        return self.redrivers.get(consumer)

    def _rebuilder(self, projection: str) -> Rebuilder:
        if projection not in self.rebuilders:
            raise NotFound(f"there is no projection {projection[:100]}")
        return self.rebuilders[projection]


def _outline(each: ConsumerStatus) -> Report:
    return {"name": each.name, "lag": each.lag, "failures": each.failures}


def _consumer(each: ConsumerStatus) -> Report:
    return {**_outline(each), "position": each.checkpoint, "error": each.error}


def _parked(each: ParkedStream) -> Report:
    return {
        "consumer": each.consumer,
        "stream": str(each.stream),
        "behind": each.version,
        "reason": each.reason,
        "waiting": each.waiting,
    }


def _lineup(lineup: Lineup) -> Report:
    return {
        "live": lineup.live,
        "next": lineup.next and lineup.next.index,
        "previous": lineup.previous,
        "owed": {index: len(streams) for index, streams in lineup.owed.items()},
        "rebuild": _rebuild(lineup.rebuild),
    }


def _rebuild(last: Rebuild | None) -> Report:
    return {
        "index": last and last.index,
        "state": last.state if last else NEVER,
        "handled": last.handled if last else 0,
        "total": last.total if last else 0,
        "startedAt": last and last.started_at,
        "finishedAt": last and last.finished_at,
        "error": last and last.error,
    }


def _parity(parity: Parity) -> Report:
    present, other = parity.counts
    return {
        "equal": parity.equal,
        "documents": present,
        "others": other,
        "compared": parity.compared,
        "differ": parity.differ,
        "examples": list(parity.examples),
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
