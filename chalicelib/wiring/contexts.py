"""The bounded contexts that run here. A new one adds its line."""

from __future__ import annotations

from typing import Final

from chalicelib.domain.orders import orders
from chalicelib.kernel.context import BoundedContext

CONTEXTS: Final[tuple[BoundedContext, ...]] = (orders,)
