"""Who writes orders and who reads them, each in a thread, while the consumer is at work."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.errors import BeingBuilt, Unavailable

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence
    from threading import Event

    from chalicelib.services.lineups import Lineups
    from tests.integration.opensearch_faults.ports import Book
    from tests.support.client import Client

ORDERS: Final = 24
PRICE: Final = 10.5
LIVES: Final[Sequence[tuple[str, dict[str, Any]]]] = (
    ("PlaceOrder", {"customerId": "c-1", "totalAmount": PRICE}),
    ("PayOrder", {"paymentId": "p-1", "amount": PRICE}),
    ("ShipOrder", {"carrier": "DHL", "trackingNumber": "t-1"}),
    ("DeliverOrder", {}),
)
_PAUSE: Final = 0.06
"""Seconds between two commands, at most: some of the writing falls into each rebuild."""
_LIMIT: Final = ("limit", "200")


@dataclass(frozen=True, slots=True)
class Read:
    """What was shown, and how far each stream had come in what answered before it was asked."""

    reached: dict[str, int]
    shown: list[dict[str, Any]]
    indexes: tuple[str | None, str | None]
    """Which one answered when it was asked, and when the answer was there."""


def order_ids() -> list[str]:
    """Return the orders of a run."""
    return [f"o-{number:02}" for number in range(ORDERS)]


def write(client: Client, chance: random.Random) -> None:
    """Lead all orders through their lives, or a part of it, side by side."""
    lives = {order: list(LIVES[: chance.randint(1, len(LIVES))]) for order in order_ids()}
    while lives:
        order = chance.choice(list(lives))
        name, data = lives[order].pop(0)
        client.command(name, {"orderId": order, **data})
        if not lives[order]:
            del lives[order]
        time.sleep(chance.random() * _PAUSE)


@dataclass
class Reader:
    """Asks for all orders and all sales again and again."""

    client: Client
    lineups: Lineups
    book: Book
    details: list[Read]
    sums: list[Read]
    refused: int = 0
    known: dict[str, dict[str, int]] = field(default_factory=dict)
    """By projection, how far each stream had come in an index while it was the one to answer."""

    def run(self, until: Event) -> None:
        """Read until it is over."""
        while not until.wait(0.03):
            self.read()

    def read(self) -> None:
        """Read once; that it can't be answered now is an answer too."""
        try:
            live, reached = self._reached("order-details")
            page = self.client.many("/api/orders", _LIMIT)
            self.details.append(Read(reached, page, (live, self._live("order-details"))))
            live, reached = self._reached("sales")
            rows = self.client.totals("/api/sales")
            self.sums.append(Read(reached, rows, (live, self._live("sales"))))
        except (Unavailable, BeingBuilt):
            self.refused += 1

    def _live(self, projection: str) -> str | None:
        return self.lineups.get(projection).live

    def _reached(self, projection: str) -> tuple[str | None, dict[str, int]]:
        live, known = self._live(projection), self.known.get(projection, {})
        now = self.book.of(live) if live else {}
        reached = {name: max(now.get(name, 0), known.get(name, 0)) for name in {*now, *known}}
        self.known[projection] = reached
        return live, reached
