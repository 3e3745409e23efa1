"""What goes wrong between a client and DynamoDB, and how often."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """What can go wrong with a request."""

    LOST_REQUEST = "lost request"
    """It never arrives, and the caller waits in vain."""
    LOST_ANSWER = "lost answer"
    """It is done, and the caller waits in vain."""
    LATE_REQUEST = "late request"
    """The caller waits in vain, and after its next tries it is done all the same."""
    THROTTLE = "throttle"
    """It is answered with a throttle; half of them are done nevertheless."""
    SERVER_ERROR = "server error"
    """It is answered with a failure of the service; half of them are done nevertheless."""
    OLD_ANSWER = "old answer"
    """An eventually consistent read gives what it gave before."""
    STALE_ANSWER = "stale answer"
    """An eventually consistent read lacks the last items."""
    TORN_ANSWER = "torn answer"
    """An eventually consistent read lacks an item in the middle, as where two pages differ."""


RATES: Final[Mapping[Kind, tuple[float, ...]]] = {
    Kind.LOST_REQUEST: (0, 0.02, 0.08),
    Kind.LOST_ANSWER: (0, 0.05, 0.15),
    Kind.LATE_REQUEST: (0, 0.05, 0.15),
    Kind.THROTTLE: (0, 0.03, 0.1),
    Kind.SERVER_ERROR: (0, 0.03, 0.1),
    Kind.OLD_ANSWER: (0, 0.1, 0.3),
    Kind.STALE_ANSWER: (0.1, 0.3, 0.6),
    Kind.TORN_ANSWER: (0, 0.2, 0.5),
}
"""Chances to choose from for each seed: some seeds lack a fault, so that others show."""
