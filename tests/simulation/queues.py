"""Queues that deliver at least once, in about the order of arrival, or in none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation.weather import Kind

if TYPE_CHECKING:
    from chalicelib.kernel.commit import PackedCommit
    from tests.simulation.scheduler import Scheduler
    from tests.simulation.weather import Weather


class Queue:
    """The records on their way to one consumer."""

    def __init__(self, name: str, scheduler: Scheduler, weather: Weather) -> None:
        self.name = name
        self._scheduler = scheduler
        self._weather = weather
        self._records: list[tuple[float, PackedCommit]] = []
        self._taken = 0

    @property
    def empty(self) -> bool:
        """Whether nothing waits, and nothing is being handled."""
        return not self._records and not self._taken

    @property
    def ready(self) -> bool:
        """Whether there is a record that can be seen by now."""
        now = self._scheduler.now
        return any(due <= now for due, _ in self._records)

    def put(self, commit: PackedCommit) -> None:
        """Take a record in; perhaps it is seen only after a while, and again."""
        delay = 0.0
        if self._weather.strikes(Kind.DELAY, self.name):
            delay = self._weather.chance(self.name).choice((0.1, 0.5, 2.0))
        self._records.append((self._scheduler.now + delay, commit))

    def take(self) -> list[PackedCommit]:
        """Return the next batch, of any size."""
        chance = self._weather.chance(self.name)
        due = [record for record in self._records if record[0] <= self._scheduler.now]
        if self._weather.strikes(Kind.DISORDER, self.name):
            chance.shuffle(due)
        batch = due[: chance.choice((1, 1, 2, 3, 5, 10))]
        for record in batch:
            self._records.remove(record)
        self._taken = len(batch)
        return [commit for _, commit in batch]

    def done(self, batch: list[PackedCommit]) -> None:
        """Forget a batch that was handled; some of it may come again."""
        self._taken = 0
        for commit in batch:
            if self._weather.strikes(Kind.DUPLICATE_DELIVERY, self.name):
                self.put(commit)

    def put_back(self, batch: list[PackedCommit]) -> None:
        """Let a batch that failed come again."""
        self._taken = 0
        self._records[:0] = [(self._scheduler.now, commit) for commit in batch]
