"""What can be asked of an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from chalicelib.domain.orders.events import OrderLine, Parcel
from chalicelib.kernel.messages import Command
from chalicelib.kernel.values import Currency, Identifier, Limits, Price, ShortText


@dataclass(frozen=True, slots=True)
class PlaceOrder(Command):
    """Order for a total; lines, if there are any, must add up to it."""

    order_id: Identifier
    customer_id: Identifier
    total_amount: Price
    currency: Currency = "USD"
    lines: Annotated[tuple[OrderLine, ...], Limits(max_length=5_000)] = ()


@dataclass(frozen=True, slots=True)
class PayOrder(Command):
    """Record a payment of the whole amount."""

    order_id: Identifier
    payment_id: Identifier
    amount: Price
    method: Identifier | None = None


@dataclass(frozen=True, slots=True)
class ShipOrder(Command):
    """Hand a paid order to a carrier, or to several if it takes further parcels."""

    order_id: Identifier
    carrier: ShortText
    tracking_number: Identifier
    further_parcels: Annotated[tuple[Parcel, ...], Limits(max_length=200)] | None = None


@dataclass(frozen=True, slots=True)
class DeliverOrder(Command):
    """Record that a shipped order has arrived."""

    order_id: Identifier
    received_by: ShortText = ""


@dataclass(frozen=True, slots=True)
class CancelOrder(Command):
    """Cancel an order that has not left the house."""

    order_id: Identifier
    reason: ShortText = ""
