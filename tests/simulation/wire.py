"""The wire between a process and the cloud: each request is a place to wait, to fail and to die."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from chalicelib.kernel.errors import NexusError, Unavailable
from tests.simulation.scheduler import Crash
from tests.simulation.weather import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulation.scheduler import Scheduler
    from tests.simulation.weather import Weather

T = TypeVar("T")


@dataclass(frozen=True)
class Late:
    """A request that is still under way: when it arrives, what it is, what it does."""

    due: float
    what: str
    effect: Callable[[], object]


class Network:
    """Holds requests that arrive after their sender has given them up, or a second time."""

    def __init__(self, scheduler: Scheduler, weather: Weather, note: Callable[[str], None]) -> None:
        self.scheduler = scheduler
        self.weather = weather
        self.note = note
        self._late: list[Late] = []

    @property
    def empty(self) -> bool:
        """Whether nothing is under way."""
        return not self._late

    def later(self, who: str, what: str, effect: Callable[[], object]) -> None:
        """Let a request arrive within two seconds."""
        delay = self.weather.chance(who).choice((0.02, 0.1, 0.5, 2.0))
        self._late.append(Late(self.scheduler.now + delay, what, effect))

    def run(self, over: Callable[[], bool]) -> None:
        """Deliver what is late, until the run is over; an actor of its own."""
        while True:
            self.scheduler.pause(lambda: self._due() is not None or over())
            late = self._due()
            if late is None:
                return
            self._late.remove(late)
            self.note(f"arrives late: {late.what}")
            try:
                late.effect()
            except NexusError as error:
                self.note(f"  and is refused: {error}")

    def _due(self) -> Late | None:
        now = self.scheduler.now
        return next((late for late in self._late if late.due <= now), None)


class Wire:
    """What the requests of one process go through."""

    def __init__(self, who: str, network: Network) -> None:
        self.who = who
        self.weather = network.weather
        self._network = network

    def strikes(self, kind: Kind) -> bool:
        """Tell whether a fault strikes this process now."""
        return self.weather.strikes(kind, self.who)

    def read(self, what: str, effect: Callable[[], T]) -> T:
        """Ask for something; raises Unavailable or Crash."""
        self._await(what)
        self._fail_if(Kind.LOST_REQUEST, what)
        return effect()

    def write(
        self, what: str, effect: Callable[[], T], partly: Callable[[], object] | None = None
    ) -> T:
        """Have something done, perhaps not, later, twice, or ``partly``; raises as ``read``."""
        self._await(what)
        self._fail_if(Kind.LOST_REQUEST, what)
        if self.strikes(Kind.LATE_REQUEST):
            self._network.later(self.who, what, effect)
            self._fail(Kind.LATE_REQUEST, what)
        if partly is not None and self.strikes(Kind.PARTIAL_WRITE):
            partly()
            self._fail(Kind.PARTIAL_WRITE, what)
        result = effect()
        if self.strikes(Kind.REPEATED_REQUEST):
            self._network.later(self.who, what, effect)
        if self.strikes(Kind.CRASH_AFTER):
            self._network.note(f"{what}: {Kind.CRASH_AFTER}")
            raise Crash
        self._fail_if(Kind.LOST_ANSWER, what)
        self._network.note(what)
        return result

    def _await(self, what: str) -> None:
        self._network.scheduler.pause()
        if self.strikes(Kind.CRASH_BEFORE):
            self._network.note(f"{what}: {Kind.CRASH_BEFORE}")
            raise Crash

    def _fail_if(self, kind: Kind, what: str) -> None:
        if self.strikes(kind):
            self._fail(kind, what)

    def _fail(self, kind: Kind, what: str) -> None:
        self._network.note(f"{what}: {kind}")
        raise Unavailable(f"{what}: {kind}")


class CalmWire(Wire):
    """Lets everything through at once: for those who only look on."""

    def __init__(self, network: Network) -> None:
        super().__init__("auditor", network)

    def strikes(self, kind: Kind) -> bool:
        return False

    def read(self, what: str, effect: Callable[[], T]) -> T:
        return effect()

    def write(
        self, what: str, effect: Callable[[], T], partly: Callable[[], object] | None = None
    ) -> T:
        return effect()
