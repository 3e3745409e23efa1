"""What can be asked about orders: one document for each order in each read model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from chalicelib.domain.orders.events import (
    FeedbackInvited,
    OrderCancelled,
    OrderDelivered,
    OrderLine,
    OrderPaid,
    OrderPlaced,
    OrderShipped,
    Parcel,
)
from chalicelib.domain.orders.order import Status
from chalicelib.kernel.commit import Path, RecordedEvent
from chalicelib.kernel.messages import Event
from chalicelib.kernel.projection import Projection
from chalicelib.kernel.values import Currency, Identifier, Money, ShortText

CORE = frozenset({Path.CORE})
BOTH = frozenset(Path)

_STATUS_AFTER = {
    OrderPaid: Status.PAID,
    OrderShipped: Status.SHIPPED,
    OrderDelivered: Status.DELIVERED,
    OrderCancelled: Status.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class OrderDetails:
    """All about one order; its version is the stream's."""

    order_id: Identifier
    customer_id: Identifier
    total_amount: Money
    currency: Currency
    status: Status
    lines: tuple[OrderLine, ...]
    version: int
    placed_at: datetime
    updated_at: datetime
    payment_id: Identifier | None = None
    payment_method: Identifier | None = None
    carrier: ShortText | None = None
    """The first parcel's, as is the tracking number: lists filter by them."""
    tracking_number: Identifier | None = None
    parcels: tuple[Parcel, ...] = ()
    received_by: ShortText | None = None
    cancellation_reason: ShortText | None = None
    feedback_invited: bool = False


@dataclass(frozen=True, slots=True)
class CustomerOrder:
    """One line in a customer's list of orders."""

    order_id: Identifier
    customer_id: Identifier
    status: Status
    total_amount: Money
    currency: Currency
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Sale:
    """What one order contributes to the sales of the day (UTC) it was placed on."""

    order_id: Identifier
    day: date
    status: Status
    currency: Currency
    total_amount: Money


def _details(document: OrderDetails | None, recorded: RecordedEvent) -> OrderDetails | None:
    at, version = recorded.recorded_at, recorded.version
    match document, recorded.data:
        case None, OrderPlaced() as event:
            return OrderDetails(
                order_id=event.order_id,
                customer_id=event.customer_id,
                total_amount=event.total_amount,
                currency=event.currency,
                status=Status.PLACED,
                lines=event.lines,
                version=version,
                placed_at=recorded.effective_at,
                updated_at=at,
            )
        case OrderDetails(), _:
            return _changed(replace(document, version=version, updated_at=at), recorded.data)
        case _:
            return document


def _changed(order: OrderDetails, event: Event) -> OrderDetails:
    match event:
        case OrderPaid():
            paid = replace(order, status=Status.PAID, payment_id=event.payment_id)
            return replace(paid, payment_method=event.method)
        case OrderShipped():
            return _shipped(order, event.parcels)
        case OrderDelivered():
            return replace(order, status=Status.DELIVERED, received_by=event.received_by)
        case OrderCancelled():
            return replace(order, status=Status.CANCELLED, cancellation_reason=event.reason)
        case FeedbackInvited():
            return replace(order, feedback_invited=True)
        case _:
            return order


def _shipped(order: OrderDetails, parcels: tuple[Parcel, ...]) -> OrderDetails:
    shipped = replace(order, status=Status.SHIPPED, parcels=parcels)
    if not parcels:
        return shipped
    first = parcels[0]
    return replace(shipped, carrier=first.carrier, tracking_number=first.tracking_number)


def _customer_order(
    document: CustomerOrder | None, recorded: RecordedEvent
) -> CustomerOrder | None:
    event = recorded.data
    if isinstance(event, OrderPlaced):
        return CustomerOrder(
            event.order_id,
            event.customer_id,
            Status.PLACED,
            event.total_amount,
            event.currency,
            recorded.effective_at,
        )
    status = _STATUS_AFTER.get(type(event))
    return replace(document, status=status) if document and status else document


def _sale(document: Sale | None, recorded: RecordedEvent) -> Sale | None:
    event = recorded.data
    if isinstance(event, OrderPlaced):
        day = recorded.effective_at.astimezone(UTC).date()
        return Sale(event.order_id, day, Status.PLACED, event.currency, event.total_amount)
    status = _STATUS_AFTER.get(type(event))
    return replace(document, status=status) if document and status else document


order_details = Projection("order-details", 2, ("Order",), BOTH, OrderDetails, _details)
customer_orders = Projection("customer-orders", 1, ("Order",), CORE, CustomerOrder, _customer_order)
sales = Projection("sales", 1, ("Order",), CORE, Sale, _sale)
