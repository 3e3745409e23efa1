"""A saga, declared: a process across streams that answers events with commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chalicelib.kernel.commit import RecordedEvent
    from chalicelib.kernel.messages import Command

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Saga(Generic[S]):
    """``react`` returns the state after an event and the commands that it calls for.

    ``correlate`` names the saga instance that an event belongs to, or None if it concerns none.
    """

    name: str
    sources: frozenset[str]
    initial: S
    correlate: Callable[[RecordedEvent], str | None]
    react: Callable[[S, RecordedEvent], tuple[S, Sequence[Command]]]
