"""How long the work at hand may still take: the Lambda's remaining time, or less."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ends: ContextVar[float] = ContextVar("ends")


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Bound the work inside; a bound around it that ends earlier stays."""
    token = _ends.set(min(_ends.get(float("inf")), time.monotonic() + seconds))
    try:
        yield
    finally:
        _ends.reset(token)


def remaining() -> float:
    """Return the seconds left, infinity where nothing is bound; less than 0 once it is over."""
    return _ends.get(float("inf")) - time.monotonic()
