"""The decider: a domain is three pure things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from chalicelib.kernel.messages import Command, Event

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Decider(Generic[S]):
    """What is at first, what an event changes, what a command leads to.

    ``decide(command, state)`` returns the events (none: nothing to do) or raises a ``Refusal``.
    """

    initial: S
    evolve: Callable[[S, Event], S]
    decide: Callable[[Command, S], Sequence[Event]]

    def fold(self, state: S, events: Iterable[Event]) -> S:
        """Return the state after the events."""
        for event in events:
            state = self.evolve(state, event)
        return state
