from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

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
from chalicelib.domain.orders.order import Status
from chalicelib.domain.orders.projections import customer_orders, order_details, sales
from chalicelib.kernel.commit import Path, RecordedEvent
from chalicelib.kernel.stream import StreamId

pytestmark = pytest.mark.requirement("T16")

STREAM = StreamId("default", "Order", "o-1")
TOTAL = Decimal("99.99")
LATE = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
NEXT_DAY = datetime(2026, 2, 1, 8, tzinfo=UTC)

placed = OrderPlaced("o-1", "c-1", TOTAL, "USD", ())
paid = OrderPaid("o-1", "pay-1", TOTAL, None)
shipped = OrderShipped("o-1", (Parcel("DHL", "track-1"),))
delivered = OrderDelivered("o-1", "c-1", "Ada")


def fold(projection, *events):
    document = None
    for version, event in enumerate(events, start=1):
        at = LATE if version == 1 else NEXT_DAY
        recorded = RecordedEvent(STREAM, version, "-", 1, Path.CORE, at, LATE, event)
        document = projection.apply(document, recorded)
    return document


class TestOrderDetails:
    def test_tells_the_whole_story(self):
        """
        After a whole life the document has all that the events told, and the last version.
        """
        document = fold(
            order_details, placed, paid, shipped, delivered, FeedbackInvited("o-1", "c-1")
        )

        assert Status.DELIVERED == document.status
        assert ("pay-1", "DHL", "track-1", "Ada") == (
            document.payment_id,
            document.carrier,
            document.tracking_number,
            document.received_by,
        )
        assert (5, True) == (document.version, document.feedback_invited)
        assert (LATE, NEXT_DAY) == (document.placed_at, document.updated_at)

    def test_shows_all_parcels_and_the_first_by_itself(self):
        """
        Lists filter by the first one's carrier and number, as they did when there was but one.
        """
        parcels = (Parcel("DHL", "track-1"), Parcel("UPS", "track-2"))

        document = fold(
            order_details,
            placed,
            OrderPaid("o-1", "pay-1", TOTAL, "card"),
            OrderShipped("o-1", parcels),
        )

        assert (parcels, "DHL", "track-1", "card") == (
            document.parcels,
            document.carrier,
            document.tracking_number,
            document.payment_method,
        )

    def test_parcels_may_be_none(self):
        """
        An event can say so, though no command does: it is no poison.
        """
        document = fold(order_details, placed, OrderShipped("o-1", ()))

        assert (Status.SHIPPED, None) == (document.status, document.carrier)

    def test_a_refund_leaves_the_order_cancelled(self):
        """
        An event that changes no field still moves the version.
        """
        refund = RefundRequested("o-1", "pay-1", TOTAL)

        document = fold(order_details, placed, paid, OrderCancelled("o-1", "late"), refund)

        assert (Status.CANCELLED, "late", 4) == (
            document.status,
            document.cancellation_reason,
            document.version,
        )


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([placed], Status.PLACED),
        ([placed, paid], Status.PAID),
        ([placed, paid, shipped], Status.SHIPPED),
        ([placed, paid, shipped, delivered], Status.DELIVERED),
        ([placed, OrderCancelled("o-1", "")], Status.CANCELLED),
    ],
)
def test_lists_and_sales_follow_the_status(events, status):
    """
    A customer's list and the sales show where the order is; sales count for the day it was placed.
    """
    row = fold(customer_orders, *events)
    sale = fold(sales, *events)

    assert ("c-1", status, TOTAL) == (row.customer_id, row.status, row.total_amount)
    assert (date(2026, 1, 31), status, TOTAL) == (sale.day, sale.status, sale.total_amount)
