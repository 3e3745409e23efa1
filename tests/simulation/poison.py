"""Poison: records that a consumer can't take, for a while or until it is mended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from chalicelib.services.governance.policy_engine import EVENTS, Decision, Reason
from tests.simulation.weather import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.kernel.commit import RecordedEvent
    from chalicelib.kernel.context import BoundedContext
    from chalicelib.kernel.projection import Projection
    from chalicelib.services.governance.policy_engine import PolicyEngine
    from tests.simulation.scheduler import Scheduler
    from tests.simulation.weather import Weather

FOR_EVER: Final = 1e9
DOSES: Final = 6
"""At most, in a run."""


@dataclass(frozen=True)
class Dose:
    """Which events of one order a consumer can't take, and until when."""

    consumer: str
    order: str
    type: str
    until: float


class Poison:
    """All doses of a run; ``mend`` is the new release that can take everything."""

    def __init__(self, scheduler: Scheduler, weather: Weather) -> None:
        self.doses: list[Dose] = []
        self._scheduler = scheduler
        self._weather = weather

    def spread(self, consumers: list[str], orders: list[str], types: list[str]) -> None:
        """Draw some doses."""
        chance = self._weather.chance("poison")
        for _ in range(DOSES):
            dose = Dose(
                chance.choice(consumers),
                chance.choice(orders),
                chance.choice(types),
                chance.choice((0.5, 1.0, 2.0, FOR_EVER)),
            )
            if self._weather.strikes(Kind.POISON, "poison"):
                self.doses.append(dose)

    def mend(self) -> None:
        """End it all."""
        self.doses.clear()

    def works(self, consumer: str, order: object, kind: str) -> bool:
        """Tell whether a consumer can't take an event now."""
        return any(
            (dose.consumer, dose.order, dose.type) == (consumer, order, kind)
            and self._scheduler.now < dose.until
            for dose in self.doses
        )

    def into(self, context: BoundedContext) -> BoundedContext:
        """Return a context whose projections take poison."""
        projections = tuple(self._poisoned(each) for each in context.projections)
        return replace(context, projections=projections)

    def _poisoned(self, projection: Projection[object]) -> Projection[object]:
        def apply(document: object, event: RecordedEvent) -> object:
            if self.works(projection.index, event.stream.id, event.type):
                raise ZeroDivisionError(f"{projection.index} can't take {event.id}")
            return projection.apply(document, event)

        return replace(projection, apply=apply)


@dataclass(frozen=True)
class Policies:
    """Implements PolicyEngine: allows what ``engine`` does, but for what is poison to the router.

    Without an engine it allows everything: deciding in Rego takes longer than all the rest.
    """

    poisoned: Callable[[object, str], bool]
    engine: PolicyEngine | None = None

    @property
    def digest(self) -> str:
        return self.engine.digest if self.engine else "a1" * 32

    def decide(self, package: str, question: Mapping[str, object]) -> Decision:
        if package == EVENTS and question["point"] == "route" and self._refuses(question):
            return Decision(allowed=False, reasons=(Reason(package, "poison"),), digest=self.digest)
        if self.engine is not None:
            return self.engine.decide(package, question)
        return Decision(allowed=True, reasons=(), digest=self.digest)

    def _refuses(self, question: Mapping[str, object]) -> bool:
        stream, event = question["stream"], question["event"]
        assert isinstance(stream, dict)
        assert isinstance(event, dict)
        return self.poisoned(stream["id"], event["type"])
