"""What the writers ask for: drawn from the seed, before anything happens."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SEEN: Final = "seen"
"""If-Match with the version that the writer saw last."""

_NAMES: Final = ("PlaceOrder", "PayOrder", "ShipOrder", "DeliverOrder", "CancelOrder")
_LIFE: Final = _NAMES[:4]
"""How most orders go."""


@dataclass(frozen=True)
class Ask:
    """One command of a writer; ``again`` is how often it is sent once more after its answer."""

    number: int
    writer: str
    key: str
    name: str
    data: Mapping[str, Any]
    if_match: int | str | None = None
    again: int = 0


@dataclass(frozen=True)
class Script:
    """All that is asked in a run."""

    asks: tuple[Ask, ...]
    interval: int
    """Commits from one snapshot to the next."""

    @property
    def writers(self) -> list[str]:
        """The writers' names."""
        return sorted({ask.writer for ask in self.asks})

    @property
    def orders(self) -> list[str]:
        """The ids of all orders."""
        return sorted({ask.data["orderId"] for ask in self.asks})


def script(seed: int, only: frozenset[int] | None = None) -> Script:
    """Return the script of a seed, or those commands of it that have these numbers."""
    chance = random.Random(f"{seed}/script")
    interval = chance.choice((1, 2, 2, 3, 6))
    asks = _Author(chance).asks()
    return Script(tuple(ask for ask in asks if only is None or ask.number in only), interval)


class _Author:
    """Writes a script: orders on their way through life, and much that is out of place."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._writers = [f"writer-{number}" for number in range(1, chance.randint(2, 4) + 1)]
        self._totals = {
            f"o-{number}": Decimal(chance.randint(1, 99_999)) / 100
            for number in range(chance.randint(1, 4))
        }
        self._owners = {order: chance.choice(self._writers) for order in self._totals}
        self._asks: list[Ask] = []

    def asks(self) -> list[Ask]:
        """Return all commands, in the order in which their writers send them."""
        lives = {order: iter(_LIFE) for order in self._totals}
        for _ in range(self._chance.randint(6, 24)):
            order = self._chance.choice(list(self._totals))
            fate = self._chance.random()
            name = next(lives[order], None) if fate < 0.6 else None
            if name is not None:
                self._asks.append(self._ask(self._owners[order], name, order))
            else:
                self._asks.append(self._out_of_place(order, fate))
        return self._asks

    def _out_of_place(self, order: str, fate: float) -> Ask:
        writer, name = self._chance.choice(self._writers), self._chance.choice(_NAMES)
        ask = self._ask(writer, name, order)
        if self._asks and fate > 0.95:  # the same key with other input, by a bad counter
            return replace(ask, key=self._chance.choice(self._asks).key)
        if self._asks and fate > 0.85:  # the same command by another writer, as by a double click
            earlier = self._chance.choice(self._asks)
            return replace(earlier, number=ask.number, writer=writer, if_match=None, again=1)
        return ask

    def _ask(self, writer: str, name: str, order: str) -> Ask:
        number = len(self._asks)
        data = {"orderId": order, **self._rest_of(name, self._totals[order])}
        if_match = self._chance.choices((None, SEEN, self._chance.randint(0, 4)), (8, 2, 1))[0]
        again = self._chance.choices((0, 1, 2), (7, 2, 1))[0]
        return Ask(number, writer, f"key-{number}", name, data, if_match, again)

    def _rest_of(self, name: str, total: Decimal) -> Mapping[str, Any]:
        choose = self._chance.choice
        match name:
            case "PlaceOrder":
                customer = choose(("c-1", "c-2"))
                return {"customerId": customer, "totalAmount": total, "currency": "EUR"}
            case "PayOrder":
                amount = choose((total, total, total, Decimal("0.01")))
                return {"paymentId": choose(("p-1", "p-2")), "amount": amount}
            case "ShipOrder":
                return {"carrier": "DHL", "trackingNumber": choose(("t-1", "t-2"))}
            case "DeliverOrder":
                return {"receivedBy": choose(("Ada", "Bob"))}
            case _:
                return {"reason": choose(("late", "dear"))}
