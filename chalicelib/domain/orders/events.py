"""What happens to an order; the schemas in ``schemas/avro/orders`` have the same fields."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.kernel.messages import Event
from chalicelib.kernel.values import Currency, Identifier, Money, Price, Quantity, ShortText


@dataclass(frozen=True, slots=True)
class OrderLine:
    """So many of a product, at a price each."""

    product_id: Identifier
    quantity: Quantity
    unit_price: Money


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a carrier takes, and the carrier's name for it."""

    carrier: ShortText
    tracking_number: Identifier


@dataclass(frozen=True, slots=True)
class OrderPlaced(Event):
    """A customer has ordered."""

    order_id: Identifier
    customer_id: Identifier
    total_amount: Price
    currency: Currency
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True)
class OrderPaid(Event):
    """The whole amount has been paid."""

    order_id: Identifier
    payment_id: Identifier
    amount: Price
    method: Identifier | None
    """As ``card``; version 1 did not tell."""


@dataclass(frozen=True, slots=True)
class OrderShipped(Event):
    """The order has left the house, in one parcel or more."""

    order_id: Identifier
    parcels: tuple[Parcel, ...]


@dataclass(frozen=True, slots=True)
class OrderDelivered(Event):
    """Somebody has taken the order in."""

    order_id: Identifier
    customer_id: Identifier
    received_by: ShortText


@dataclass(frozen=True, slots=True)
class OrderCancelled(Event):
    """The order will not be fulfilled."""

    order_id: Identifier
    reason: ShortText


@dataclass(frozen=True, slots=True)
class RefundRequested(Event):
    """A cancelled order had been paid: the amount is to go back."""

    order_id: Identifier
    payment_id: Identifier
    amount: Price


@dataclass(frozen=True, slots=True)
class FeedbackInvited(Event):
    """The customer may be asked how it was; nothing depends on it."""

    order_id: Identifier
    customer_id: Identifier
