"""The consumer: takes what is published in any order, rebuilds meanwhile, and dies now and then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Rejected, Unavailable
from chalicelib.services.lineups import State
from tests.integration.opensearch_faults.ports import Killed
from tests.integration.opensearch_faults.weather import Kind

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Sequence

    from chalicelib.adapters.embedded.event_store import SqliteEventStore
    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.services.rebuilds import Rebuilder
    from tests.simulation.weather import Weather

LARGEST: Final = 12
"""Commits of a batch, at most."""
_STEPS: Final = ("deliver", "deliver", "deliver", "replay", "replay", "operate")


class Consumer:
    """Feeds the indexes of some projections from one thread; ``born`` makes a new process."""

    def __init__(
        self,
        born: Callable[[Callable[[], int]], list[Rebuilder]],
        log: SqliteEventStore,
        weather: Weather,
        figures: Counter[str],
    ) -> None:
        self.published = 0
        self._log = log
        self._weather = weather
        self._figures = figures
        self._chance = weather.chance("consumer")
        self._born = born
        self.rebuilders = self._new()
        self._pending: dict[str, list[PackedCommit]] = {each.name: [] for each in self.rebuilders}

    @property
    def is_idle(self) -> bool:
        """Whether all that is in the log was handled, and no rebuild is under way."""
        waiting = any(self._pending.values()) or self._log.changes(self.published, 1)
        return not waiting and not any(each.under_way() for each in self.rebuilders)

    def step(self) -> None:
        """Do something, of each projection; raises Unavailable, and then it is done again."""
        self._publish()
        for number in range(len(self.rebuilders)):
            rebuilder = self.rebuilders[number]
            step = self._chance.choice(_STEPS)
            try:
                getattr(self, f"_{step}")(rebuilder)
            except Killed:
                self._figures["crashes"] += 1
                self._again()

    def open(self) -> None:
        """Have a new process go on where the last one was; raises Unavailable, Killed."""
        self.rebuilders = self._new()
        for each in self.rebuilders:
            each.open()

    def drain(self, rebuilder: Rebuilder) -> None:
        """Deliver and replay all there is; raises Unavailable."""
        self._publish()
        while self._pending[rebuilder.name]:
            self._deliver(rebuilder)
        while rebuilder.under_way():
            self._replay(rebuilder)

    def _new(self) -> list[Rebuilder]:
        return self._born(lambda: self.published)

    def _again(self) -> None:
        try:
            self.open()
        except Killed:
            self._again()

    def _publish(self) -> None:
        for sequence, commit in self._log.changes(self.published, 100):
            self.published = sequence
            for pending in self._pending.values():
                pending.append(commit)

    def _deliver(self, rebuilder: Rebuilder) -> None:
        pending = self._pending[rebuilder.name]
        batch = self._batch(pending)
        if not batch:
            return
        rebuilder.feeder.deliver(batch)
        self._figures["commits delivered"] += len(batch)
        if not self._weather.strikes(Kind.DUPLICATE, "consumer"):
            pending[:] = [each for each in pending if each not in batch]

    def _batch(self, pending: list[PackedCommit]) -> list[PackedCommit]:
        size = min(self._chance.randint(1, LARGEST), len(pending))
        if not self._weather.strikes(Kind.DISORDER, "consumer"):
            return pending[:size]
        return self._chance.sample(pending, size)

    def _replay(self, rebuilder: Rebuilder) -> None:
        running = rebuilder.under_way()
        if running is not None:
            limit = min(self._chance.randint(1, LARGEST), running.left)
            records = self._log.changes(running.handled, limit)
            rebuilder.replay(running, [commit for _, commit in records])
            self._figures["commits replayed"] += len(records)
            self._count_switch(rebuilder)

    def _operate(self, rebuilder: Rebuilder) -> None:
        """Do what an operator may do at any time."""
        lineup = rebuilder.lineup()
        held = lineup.next is not None and lineup.next.state is State.HELD
        if held:
            self._figures["rebuilds held"] += 1
            (rebuilder.switch if self._chance.random() < 0.5 else rebuilder.discard)()
        elif lineup.next is None and self._chance.random() < 0.5:
            rebuilder.start()
            self._figures["rebuilds"] += 1
        elif lineup.previous is not None:
            self._allowed(rebuilder.roll_back, "roll-backs")

    def _allowed(self, act: Callable[[], object], name: str) -> None:
        try:
            act()
        except Rejected:
            return
        self._figures[name] += 1

    def _count_switch(self, rebuilder: Rebuilder) -> None:
        last = rebuilder.lineup().rebuild
        if last is not None and last.state is State.DONE:
            self._figures["switches"] += 1


def patiently(act: Callable[[], object], revive: Callable[[], object], tries: int = 60) -> None:
    """Do something until it can be done; what is missing for it is revived."""
    for left in range(tries, 0, -1):
        try:
            act()
        except (Unavailable, Killed):
            if left == 1:
                raise
            revive()
        else:
            return


def commits_of(log: SqliteEventStore) -> Sequence[PackedCommit]:
    """Return all of the log."""
    return [commit for _, commit in log.changes(0, 1_000_000)]
