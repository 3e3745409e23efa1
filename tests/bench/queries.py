"""What a query takes whose answer is kept, beside the same one computed; embedded, without HTTP."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Final

from chalicelib.domain.orders.projections import order_details, sales
from chalicelib.kernel.views import Many, Totals
from chalicelib.services.queries import Question
from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.settings import Settings
from tests.support.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.services.answer_cache import Page

ORDERS: Final = 1_000
ROUNDS: Final = 300
GOAL: Final = 1.0
"""Milliseconds that a kept answer may take."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds of a query, computed and kept: the median, and what 99 of 100 stay below."""

    what: str
    computed: tuple[float, float]
    kept: tuple[float, float]

    @property
    def ratios(self) -> tuple[float, float]:
        """How many times as long the computed answer takes: median, and 99 of 100."""
        (median, most), (kept_median, kept_most) = self.computed, self.kept
        return median / kept_median, most / kept_most


def measure(orders: int = ORDERS, rounds: int = ROUNDS) -> list[Taken]:
    """Return what each query takes, asked in turns in one thread, so that both see the same day."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Embedded.assemble(Settings(data=Path(folder))) as embedded,
    ):
        client = Client(embedded)
        for number in range(orders):
            body = {"orderId": f"o-{number}", "customerId": f"c-{number % 9}", "totalAmount": 9.99}
            client.command("PlaceOrder", body)
        client.settle()
        queries = client.system.queries
        listed = Many("/api/orders", order_details, sort="-placedAt")
        summed = Totals("/api/sales", sales, by=("day", "status"), sums=("totalAmount",))
        return [
            _taken("50 orders, newest first", lambda asked: queries.many(listed, asked), rounds),
            _taken(
                "50 orders, filtered and searched",
                lambda asked: queries.many(listed, asked),
                rounds,
                [("totalAmount[gte]", "5"), ("q", "c 1")],
            ),
            _taken("sales by day and status", lambda asked: queries.totals(summed, asked), rounds),
        ]


def _taken(
    what: str,
    ask: Callable[[Question], Page],
    rounds: int,
    parameters: list[tuple[str, str]] | None = None,
) -> Taken:
    seconds: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(rounds):
        for anew in (True, False):
            asked = Question("default", parameters or [], {}, anew=anew)
            began = time.perf_counter()
            page = ask(asked)
            seconds[anew].append((time.perf_counter() - began) * 1e3)
            if page.cached is anew:
                message = f"{what}: the answer was not {'computed' if anew else 'kept'}"
                raise RuntimeError(message)
    return Taken(what, _spread(seconds[True]), _spread(seconds[False]))


def _spread(taken: list[float]) -> tuple[float, float]:
    hundredths = quantiles(taken, n=100)
    return hundredths[49], hundredths[98]
