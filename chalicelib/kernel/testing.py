"""Given / when / then: a test kit for deciders, part of the product.

order = Specification(order_decider)

order.given(placed, paid).when(ShipOrder("o-1", "DHL", "42")).then(OrderShipped(...))
order.given(placed).when(ShipOrder("o-1", "DHL", "42")).then_rejected("not-paid")
order.given(placed, paid).when(the_same_payment).then_nothing()
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from chalicelib.kernel.errors import Refusal, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chalicelib.kernel.decider import Decider
    from chalicelib.kernel.messages import Command, Event

R = TypeVar("R", bound=Refusal)


@dataclass(frozen=True, slots=True)
class Specification:
    """The behaviour of one decider."""

    decider: Decider[Any]

    def given(self, *events: Event) -> Given:
        """Start from what these events lead to."""
        return Given(self.decider, self.decider.fold(self.decider.initial, events))

    def when(self, command: Command) -> When:
        """Start from nothing."""
        return self.given().when(command)


@dataclass(frozen=True, slots=True)
class Given:
    """A state that events led to."""

    decider: Decider[Any]
    state: Any

    def when(self, command: Command) -> When:
        """Name the command under test; it is decided by the ``then`` that follows."""
        return When(lambda: self.decider.decide(command, self.state))


@dataclass(frozen=True, slots=True)
class When:
    """A decision to look at; each ``then`` raises AssertionError if it went otherwise."""

    decision: Callable[[], Sequence[Event]]

    def then(self, *expected: Event) -> None:
        """These events and no others, in this order."""
        actual = tuple(self.decision())
        if actual != expected:
            message = f"expected {_lines(expected)}\nbut got  {_lines(actual)}"
            raise AssertionError(message)

    def then_nothing(self) -> None:
        """Accepted, and nothing happened."""
        self.then()

    def then_rejected(self, reason: str) -> None:
        """Refused by the business rule of that name."""
        refusal = self.then_refused(Rejected)
        if refusal.reason != reason:
            message = f"expected a rejection because of {reason}, but it was {refusal.reason}"
            raise AssertionError(message)

    def then_refused(self, kind: type[R]) -> R:
        """Refused with an error of that kind, which is returned."""
        try:
            events = self.decision()
        except kind as refusal:
            return refusal
        message = f"expected {kind.__name__}, but got {_lines(tuple(events))}"
        raise AssertionError(message)


def _lines(events: tuple[Event, ...]) -> str:
    return "nothing" if not events else "".join(f"\n  {event}" for event in events)
