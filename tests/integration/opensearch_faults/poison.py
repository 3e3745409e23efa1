"""Poison: events that a projection can't take, until it is mended."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from tests.integration.opensearch_faults.weather import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.kernel.commit import RecordedEvent
    from chalicelib.kernel.context import BoundedContext
    from chalicelib.kernel.projection import Projection
    from tests.simulation.weather import Weather

DOSES: Final = 4
_TYPES: Final = ("orders.OrderPlaced", "orders.OrderPaid", "orders.OrderShipped")


@dataclass
class Poison:
    """By projection, order and type of event."""

    doses: set[tuple[str, str, str]] = field(default_factory=set)

    def spread(self, weather: Weather, projections: Sequence[str], orders: Sequence[str]) -> None:
        """Draw some doses."""
        chance = weather.chance("poison")
        for _ in range(DOSES):
            dose = chance.choice(projections), chance.choice(orders), chance.choice(_TYPES)
            if weather.strikes(Kind.POISON, "poison"):
                self.doses.add(dose)

    def into(self, context: BoundedContext) -> BoundedContext:
        """Return a context whose projections take poison."""
        return replace(context, projections=tuple(map(self._poisoned, context.projections)))

    def _poisoned(self, projection: Projection[object]) -> Projection[object]:
        def apply(document: object, event: RecordedEvent) -> object:
            if (projection.name, event.stream.id, event.type) in self.doses:
                raise ZeroDivisionError(f"{projection.name} can't take {event.id}")
            return projection.apply(document, event)

        return replace(projection, apply=apply)
