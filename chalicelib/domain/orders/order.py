"""The order: its state, what events change in it, and what commands lead to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.domain.orders.commands import (
    CancelOrder,
    DeliverOrder,
    PayOrder,
    PlaceOrder,
    ShipOrder,
)
from chalicelib.domain.orders.events import (
    FeedbackInvited,
    OrderCancelled,
    OrderDelivered,
    OrderPaid,
    OrderPlaced,
    OrderShipped,
    Parcel,
    RefundRequested,
)
from chalicelib.kernel.context import Aggregate
from chalicelib.kernel.decider import Decider
from chalicelib.kernel.errors import AlreadyExists, NotFound, Rejected
from chalicelib.kernel.values import Currency, Identifier, Price

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.kernel.messages import Command, Event


class Status(StrEnum):
    """Where an order is on its way."""

    PLACED = "placed"
    PAID = "paid"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Order:
    """What decisions about an order need to know."""

    order_id: Identifier
    customer_id: Identifier
    total_amount: Price
    currency: Currency
    status: Status = Status.PLACED
    payment_id: Identifier | None = None
    tracking_numbers: tuple[Identifier, ...] = ()


def evolve(order: Order | None, event: Event) -> Order | None:
    """Return the order after an event."""
    match order, event:
        case None, OrderPlaced():
            return Order(event.order_id, event.customer_id, event.total_amount, event.currency)
        case Order(), OrderPaid():
            return replace(order, status=Status.PAID, payment_id=event.payment_id)
        case Order(), OrderShipped():
            numbers = tuple(parcel.tracking_number for parcel in event.parcels)
            return replace(order, status=Status.SHIPPED, tracking_numbers=numbers)
        case Order(), OrderDelivered():
            return replace(order, status=Status.DELIVERED)
        case Order(), OrderCancelled():
            return replace(order, status=Status.CANCELLED)
        case _:
            return order


def decide(command: Command, order: Order | None) -> Sequence[Event]:
    """Return what a command leads to; raises Refusal."""
    match command, order:
        case PlaceOrder(), _:
            return _place(command, order)
        case _, None:
            message = f"there is no order {getattr(command, 'order_id', '')}"
            raise NotFound(message)
        case PayOrder(), Order():
            return _pay(command, order)
        case ShipOrder(), Order():
            return _ship(command, order)
        case DeliverOrder(), Order():
            return _deliver(command, order)
        case CancelOrder(), Order():
            return _cancel(command, order)
        case _:
            message = f"an order cannot {type(command).__name__}"
            raise TypeError(message)


def _place(command: PlaceOrder, order: Order | None) -> Sequence[Event]:
    if order is not None:
        message = f"order {order.order_id} exists already"
        raise AlreadyExists(message, order)
    total = sum(line.quantity * line.unit_price for line in command.lines)
    if command.lines and total != command.total_amount:
        message = f"the lines add up to {total}, not to the total of {command.total_amount}"
        raise Rejected("total-differs", message)
    return [
        OrderPlaced(
            command.order_id,
            command.customer_id,
            command.total_amount,
            command.currency,
            command.lines,
        )
    ]


def _pay(command: PayOrder, order: Order) -> Sequence[Event]:
    if order.payment_id == command.payment_id and command.amount == order.total_amount:
        return []
    if order.status is Status.CANCELLED:
        raise Rejected("cancelled", f"order {order.order_id} has been cancelled")
    if order.payment_id is not None:
        message = f"order {order.order_id} has been paid by payment {order.payment_id}"
        raise Rejected("already-paid", message)
    if command.amount != order.total_amount:
        message = f"order {order.order_id} costs {order.total_amount}, not {command.amount}"
        raise Rejected("amount-differs", message)
    return [OrderPaid(order.order_id, command.payment_id, command.amount, command.method)]


def _ship(command: ShipOrder, order: Order) -> Sequence[Event]:
    first = Parcel(command.carrier, command.tracking_number)
    parcels = (first, *(command.further_parcels or ()))
    numbers = tuple(parcel.tracking_number for parcel in parcels)
    if order.tracking_numbers == numbers:
        return []
    if order.tracking_numbers:
        message = f"order {order.order_id} was shipped as {', '.join(order.tracking_numbers)}"
        raise Rejected("already-shipped", message)
    if len(set(parcels)) < len(parcels):
        raise Rejected("parcel-twice", "a parcel is named twice; name each once")
    if order.status is not Status.PAID:
        message = f"order {order.order_id} is {order.status}; only a paid one is shipped"
        raise Rejected("not-paid", message)
    return [OrderShipped(order.order_id, parcels)]


def _deliver(command: DeliverOrder, order: Order) -> Sequence[Event]:
    if order.status is Status.DELIVERED:
        return []
    if order.status is not Status.SHIPPED:
        message = f"order {order.order_id} is {order.status}; only a shipped one is delivered"
        raise Rejected("not-shipped", message)
    return [
        OrderDelivered(order.order_id, order.customer_id, command.received_by),
        FeedbackInvited(order.order_id, order.customer_id),
    ]


def _cancel(command: CancelOrder, order: Order) -> Sequence[Event]:
    if order.status is Status.CANCELLED:
        return []
    if order.tracking_numbers:
        message = f"order {order.order_id} has been shipped; it can only be returned"
        raise Rejected("already-shipped", message)
    cancelled = OrderCancelled(order.order_id, command.reason)
    if order.payment_id is None:
        return [cancelled]
    return [cancelled, RefundRequested(order.order_id, order.payment_id, order.total_amount)]


order = Aggregate(
    name="Order",
    identity="order_id",
    state=Order,
    decider=Decider(initial=None, evolve=evolve, decide=decide),
    commands=(PlaceOrder, PayOrder, ShipOrder, DeliverOrder, CancelOrder),
    events=(
        OrderPlaced,
        OrderPaid,
        OrderShipped,
        OrderDelivered,
        OrderCancelled,
        RefundRequested,
        FeedbackInvited,
    ),
)
