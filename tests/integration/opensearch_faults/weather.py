"""What goes wrong between the log and an index, and how often."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """What can go wrong."""

    DUPLICATE = "duplicate delivery"
    """A record that was handled comes again."""
    DISORDER = "disorder"
    """A batch is taken from anywhere, in any order, and so has gaps."""
    POISON = "poison"
    """A projection can't take a record until it is mended."""
    CRASH_BEFORE_PUT = "crash before put"
    """The consumer ends before its documents are sent."""
    CRASH_AFTER_PUT = "crash between put and advance"
    """The documents are there, and their positions don't say so."""
    CRASH_AFTER_ADVANCE = "crash after advance"
    """All is written, and the batch comes again."""
    LOST_REQUEST = "lost request"
    """The connection breaks before the request arrives."""
    LOST_ANSWER = "lost answer"
    """The connection breaks when the request has been carried out."""
    TORN_ANSWER = "torn answer"
    """The connection breaks within the answer."""
    LATE_BULK = "late bulk"
    """The connection breaks, and the bulk is carried out after later ones."""
    PART_OF_BULK = "part of a bulk"
    """Half of the documents are taken, the others throttled."""
    THROTTLE = "throttle"
    """429; half of them are carried out nevertheless."""
    SERVER_ERROR = "server error"
    """503; half of them are carried out nevertheless."""
    DELAY = "delay"
    """The answer comes late."""
    KILL = "node killed"
    """The node is killed within a bulk, and started again on the same folder."""


RATES: Final[Mapping[Kind, tuple[float, ...]]] = {
    Kind.DUPLICATE: (0.05, 0.2, 0.4),
    Kind.DISORDER: (0, 0.3, 0.8),
    Kind.POISON: (0, 0.5, 1),
    Kind.CRASH_BEFORE_PUT: (0, 0.03, 0.08),
    Kind.CRASH_AFTER_PUT: (0.03, 0.08, 0.15),
    Kind.CRASH_AFTER_ADVANCE: (0, 0.03, 0.08),
    Kind.LOST_REQUEST: (0, 0.02, 0.06),
    Kind.LOST_ANSWER: (0.02, 0.05, 0.1),
    Kind.TORN_ANSWER: (0, 0.02, 0.06),
    Kind.LATE_BULK: (0.03, 0.1, 0.2),
    Kind.PART_OF_BULK: (0, 0.1, 0.3),
    Kind.THROTTLE: (0, 0.03, 0.1),
    Kind.SERVER_ERROR: (0, 0.03, 0.1),
    Kind.DELAY: (0, 0.05, 0.1),
    Kind.KILL: (0, 0, 0.05),
}
"""Chances to choose from for each seed: some seeds lack a fault, so that others show."""
