"""The rows of the cost table: each does one thing to a store, and says what that came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tests.bench.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.bench.asking import Asked, Outcome
    from tests.bench.capacity import Cost

SMALL: Final = 300
"""Bytes of a small event."""
LARGE: Final = 1024
PER_COMMAND: Final = 5
"""Events of each command that fills a stream."""
NONE: Final = "-"
UNSUPPORTED: Final = "Unsupported"
"""The error of a store that has no such thing: see serving.py."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a row came to with one store: in words, and the cost if it was done."""

    text: str
    cost: Cost | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Something done to a store."""

    name: str
    goal: str
    run: Callable[[Trial], Cell]
    prose: bool = False
    """Whether its events are prose and not orders."""


class Trial:
    """One store under one row, on streams of its own."""

    def __init__(self, store: Asked, name: str, *, prose: bool) -> None:
        self._store = store
        self._name = name
        self._texts = Texts(prose=prose)
        self._version = 0
        self.ids: list[str] = []
        """Of all events that were acknowledged."""

    def events(self, count: int, size: int) -> list[dict[str, Any]]:
        """Return events to append."""
        return self._texts.events(count, size)

    def command(self) -> str:
        """Return the id of a command."""
        return self._texts.uuid()

    def append(
        self, events: Sequence[dict[str, Any]], *, command: str = "", behind: int | None = None
    ) -> Outcome:
        """Append them as one command behind the last version, or another one."""
        outcome = self._store.ask(
            "append",
            stream=self._name,
            after=self._version if behind is None else behind,
            events=events,
            command=command or self.command(),
        )
        if not outcome.error and behind is None:
            self._version += len(events)
            self.ids += [event["id"] for event in events]
        return outcome

    def fill(self, count: int, size: int) -> None:
        """Append so many events, five by five; raises RuntimeError if one is refused."""
        for _ in range(0, count, PER_COMMAND):
            outcome = self.append(self.events(min(count, PER_COMMAND), size))
            if outcome.error:
                raise RuntimeError(f"{self._name}: {outcome.error}: {outcome.message}")

    def load(self, *, strong: bool) -> Outcome:
        """Load the stream."""
        return self._store.ask("load", stream=self._name, strong=strong)

    def load_somehow(self) -> Outcome:
        """Load the stream as strongly as the store can."""
        strong = self.load(strong=True)
        return self.load(strong=False) if strong.error == UNSUPPORTED else strong

    def ask(self, operation: str) -> Outcome:
        """Ask for what needs the stream only."""
        return self._store.ask(operation, stream=self._name)

    @property
    def version(self) -> int:
        """The stream's version."""
        return self._version


def append(count: int, size: int) -> Callable[[Trial], Cell]:
    """Return a row that appends events in one command, behind one that is there."""

    def run(trial: Trial) -> Cell:
        trial.fill(1, size)
        outcome = trial.append(trial.events(count, size))
        found = trial.load_somehow()
        if outcome.error:
            left = len(found.answer) - len(trial.ids)
            return Cell(f"refused ({outcome.error}), {left or 'nothing'} written")
        if found.answer != trial.ids:
            return Cell(f"loads {len(found.answer)} of {len(trial.ids)} events")
        note = "" if outcome.atomic or count == 1 else ", not atomic"
        return Cell(told(outcome.cost) + note, outcome.cost)

    return run


def load(count: int, size: int, *, strong: bool | None = None) -> Callable[[Trial], Cell]:
    """Return a row that loads a stream; as strongly as the store can if that is not said."""

    def run(trial: Trial) -> Cell:
        trial.fill(count, size)
        outcome = trial.load_somehow() if strong is None else trial.load(strong=strong)
        if outcome.error == UNSUPPORTED:
            return Cell(NONE)
        if outcome.error:
            return Cell(f"fails ({outcome.error})")
        if outcome.answer != trial.ids:
            return Cell(f"**{len(outcome.answer):,} of {count:,} events, no error**", outcome.cost)
        return Cell(told(outcome.cost), outcome.cost)

    return run


def load_with_snapshot(count: int) -> Callable[[Trial], Cell]:
    """Return a row that loads a stream with a snapshot after ``count`` events, and one commit."""

    def run(trial: Trial) -> Cell:
        trial.fill(count, SMALL)
        taken = trial.ask("snapshot")
        if taken.error:
            return Cell(taken.message if taken.error == UNSUPPORTED else f"fails ({taken.error})")
        trial.fill(PER_COMMAND, SMALL)
        outcome = trial.ask("load_from_snapshot")
        if outcome.error:
            return Cell(f"fails ({outcome.error})")
        if outcome.answer != len(trial.ids):
            return Cell(f"sees {outcome.answer} of {len(trial.ids)} events", outcome.cost)
        return Cell(told(outcome.cost), outcome.cost)

    return run


def lost_race(trial: Trial) -> Cell:
    """Append behind a version behind which a rival was first, on a stream of 20 events."""
    trial.fill(20, SMALL)
    before = trial.version
    trial.append(trial.events(1, SMALL))
    outcome = trial.append(trial.events(1, SMALL), behind=before)
    found = trial.load_somehow()
    if found.answer != trial.ids:
        return Cell(f"{told(outcome.cost)}, **the rival's event is lost**", outcome.cost)
    return Cell(f"{told(outcome.cost)}: {outcome.error}", outcome.cost)


def retry(trial: Trial) -> Cell:
    """Append the same events of the same command once more, as after a lost answer."""
    trial.fill(20, SMALL)
    before, again, command = trial.version, trial.events(1, SMALL), trial.command()
    trial.append(again, command=command)
    outcome = trial.append(again, command=command, behind=before)
    if outcome.error:
        return Cell(f"{told(outcome.cost)}: {outcome.error}", outcome.cost)
    found = trial.load_somehow()
    if found.answer != trial.ids:
        return Cell(f"{told(outcome.cost)}, **written twice**", outcome.cost)
    came = "recognised" if outcome.refused else "written over"
    return Cell(f"{told(outcome.cost)}: {came}", outcome.cost)


def told(cost: Cost) -> str:
    """Return a cost as it is read: units, and requests if there was more than one."""
    mark = "†" if cost.computed else ""
    units = [
        f"{amount:g} {unit}{mark if unit == 'WCU' else ''}"
        for amount, unit in ((cost.write_units, "WCU"), (cost.read_units, "RCU"))
        if amount
    ]
    requests = [f"{cost.requests} requests"] if cost.requests > 1 else []
    return ", ".join(units + requests)


ROWS: Final = (
    Row("append 1 event of 300 B", "1 WCU", append(1, SMALL)),
    Row("append 5 of 300 B in one command", "1 WCU, atomic", append(5, SMALL)),
    Row("append 5 of 1 KB in one command", "2 WCU for typical text", append(5, LARGE)),
    Row("append 5 of 1 KB of prose in one command", "", append(5, LARGE), prose=True),
    Row("append 1,000 of 300 B in one command", "atomic", append(1_000, SMALL)),
    Row(
        "append 8,000 of 300 B in one command",
        "a typed refusal, nothing written",
        append(8_000, SMALL),
    ),
    Row("load 100 events of 300 B, strong", "<= 2 RCU", load(100, SMALL, strong=True)),
    Row("load 100 events of 300 B, eventual", "<= 1 RCU", load(100, SMALL, strong=False)),
    Row("load 1,000 events of 300 B, strong", "<= 16 RCU", load(1_000, SMALL, strong=True)),
    Row("load 1,000 events of 300 B, eventual", "<= 8 RCU", load(1_000, SMALL, strong=False)),
    Row("load 1,000 events of 300 B of prose", "", load(1_000, SMALL), prose=True),
    Row(
        "load with a snapshot of 20 commands",
        "one round trip, typically 1 RCU",
        load_with_snapshot(100),
    ),
    Row("load with a snapshot of 100 commands", "", load_with_snapshot(500)),
    Row("lost race", "the append and 1 RCU", lost_race),
    Row("the same append again", "the append and 1 read: recognised", retry),
    Row("load 1,300 events of 1 KB", "all of them", load(1_300, LARGE)),
)
