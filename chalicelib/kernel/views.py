"""Views: how a context's read models are asked for over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from chalicelib.kernel.projection import Projection


@dataclass(frozen=True, slots=True)
class One:
    """``GET /api/orders/{orderId}``: the document of the stream with that id."""

    route: str
    projection: Projection[Any]


@dataclass(frozen=True, slots=True)
class Many:
    """``GET /api/orders``: documents by filter, sorted and paged; a route's names are filters."""

    route: str
    projection: Projection[Any]
    sort: str
    """The default order: a field, or ``-field`` for descending."""


@dataclass(frozen=True, slots=True)
class Totals:
    """``GET /api/sales``: documents by filter, counted and summed by groups."""

    route: str
    projection: Projection[Any]
    by: tuple[str, ...]
    sums: tuple[str, ...]
    count: str = "count"
    """What the number of documents in a group is called."""


View: TypeAlias = One | Many | Totals
