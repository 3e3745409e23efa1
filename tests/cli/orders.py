"""Orders for the command line to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.client import Client


def live(client: Client, order: str, *, until: int = 4) -> None:
    """Take an order some steps of its way; each with a key that can be foretold."""
    steps: list[tuple[str, dict[str, object]]] = [
        ("PlaceOrder", {"customerId": "c-1", "totalAmount": 99.99}),
        ("PayOrder", {"paymentId": f"pay-{order}", "amount": 99.99}),
        ("ShipOrder", {"carrier": "DHL", "trackingNumber": "t-1"}),
        ("DeliverOrder", {"receivedBy": "A. Person"}),
    ]
    for number, (command, data) in enumerate(steps[:until], start=1):
        client.command(command, {"orderId": order, **data}, key=f"{order}-{number}")
