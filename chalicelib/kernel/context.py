"""A bounded context, as the one object that it exports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chalicelib.kernel.decider import Decider
    from chalicelib.kernel.messages import Command, Event
    from chalicelib.kernel.projection import Projection
    from chalicelib.kernel.saga import Saga
    from chalicelib.kernel.upcasting import EventUpcaster
    from chalicelib.kernel.views import View


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A kind of stream: what may be asked of it, what can happen to it, and its decider."""

    name: str
    identity: str
    """The field of each command that names the stream, as ``order_id``."""
    state: type[Any]
    decider: Decider[Any]
    commands: tuple[type[Command], ...]
    events: tuple[type[Event], ...]
    reducer: int = 1
    """Raised when evolve changes its meaning: snapshots of other reducers are discarded."""


@dataclass(frozen=True, slots=True)
class BoundedContext:
    """All that the platform needs to run a context; mounted by one line in ``wiring``."""

    name: str
    aggregates: tuple[Aggregate, ...]
    projections: tuple[Projection[Any], ...] = ()
    views: tuple[View, ...] = ()
    upcasters: tuple[EventUpcaster, ...] = ()
    sagas: tuple[Saga[Any], ...] = ()
