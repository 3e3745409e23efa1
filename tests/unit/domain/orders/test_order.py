from decimal import Decimal

import pytest

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
    OrderLine,
    OrderPaid,
    OrderPlaced,
    OrderShipped,
    Parcel,
    RefundRequested,
)
from chalicelib.domain.orders.order import Order, order
from chalicelib.kernel.errors import AlreadyExists, NotFound
from chalicelib.kernel.testing import Specification

pytestmark = pytest.mark.requirement("T16")

spec = Specification(order.decider)

TOTAL = Decimal("99.99")
LINES = (OrderLine("p-1", 3, Decimal("33.00")), OrderLine("p-2", 1, Decimal("0.99")))

place = PlaceOrder("o-1", "c-1", TOTAL)
pay = PayOrder("o-1", "pay-1", TOTAL)
ship = ShipOrder("o-1", "DHL", "track-1")
deliver = DeliverOrder("o-1", "Ada")
cancel = CancelOrder("o-1", "changed my mind")

placed = OrderPlaced("o-1", "c-1", TOTAL, "USD", ())
paid = OrderPaid("o-1", "pay-1", TOTAL, None)
shipped = OrderShipped("o-1", (Parcel("DHL", "track-1"),))
delivered = OrderDelivered("o-1", "c-1", "Ada")
invited = FeedbackInvited("o-1", "c-1")
cancelled = OrderCancelled("o-1", "changed my mind")


class TestPlace:
    def test_places(self):
        """
        An order can be placed with a total alone.
        """
        spec.when(place).then(placed)

    def test_places_lines_that_add_up(self):
        """
        Lines are recorded when they add up to the total.
        """
        spec.when(PlaceOrder("o-1", "c-1", TOTAL, "EUR", LINES)).then(
            OrderPlaced("o-1", "c-1", TOTAL, "EUR", LINES)
        )

    def test_rejects_lines_that_do_not(self):
        """
        One cent off is refused.
        """
        spec.when(PlaceOrder("o-1", "c-1", Decimal("100.00"), "EUR", LINES)).then_rejected(
            "total-differs"
        )

    @pytest.mark.parametrize("history", [(placed,), (placed, cancelled)])
    def test_an_order_is_placed_once(self, history):
        """
        The same id again is refused for ever, and the refusal shows the order as it is.
        """
        refusal = spec.given(*history).when(place).then_refused(AlreadyExists)

        assert isinstance(refusal.state, Order)
        assert "c-1" == refusal.state.customer_id


class TestPay:
    def test_pays_the_whole(self):
        """
        A placed order is paid by its whole amount.
        """
        spec.given(placed).when(pay).then(paid)

    def test_records_how_it_was_paid(self):
        """
        If that is told.
        """
        spec.given(placed).when(PayOrder("o-1", "pay-1", TOTAL, "card")).then(
            OrderPaid("o-1", "pay-1", TOTAL, "card")
        )

    def test_the_same_payment_again_changes_nothing(self):
        """
        A payment reported twice was one payment, whatever happened since.
        """
        spec.given(placed, paid).when(pay).then_nothing()
        spec.given(placed, paid, shipped).when(pay).then_nothing()

    def test_rejects_part_of_it(self):
        """
        Part of the amount is no payment.
        """
        spec.given(placed).when(PayOrder("o-1", "pay-1", Decimal("99.98"))).then_rejected(
            "amount-differs"
        )

    def test_rejects_a_second_payment(self):
        """
        An order is paid once.
        """
        spec.given(placed, paid).when(PayOrder("o-1", "pay-2", TOTAL)).then_rejected("already-paid")

    def test_rejects_after_cancellation(self):
        """
        Nobody pays for what will not come.
        """
        spec.given(placed, cancelled).when(pay).then_rejected("cancelled")


class TestShip:
    def test_ships_what_is_paid(self):
        """
        A paid order goes to the carrier.
        """
        spec.given(placed, paid).when(ship).then(shipped)

    @pytest.mark.parametrize("history", [(placed,), (placed, cancelled), (placed, paid, cancelled)])
    def test_rejects_what_is_not(self, history):
        """
        Neither an unpaid nor a cancelled order is shipped.
        """
        spec.given(*history).when(ship).then_rejected("not-paid")

    def test_ships_once(self):
        """
        The same parcel again changes nothing; another parcel is refused.
        """
        spec.given(placed, paid, shipped).when(ship).then_nothing()
        spec.given(placed, paid, shipped).when(ShipOrder("o-1", "UPS", "track-2")).then_rejected(
            "already-shipped"
        )

    def test_ships_in_several_parcels(self):
        """
        The first is named as it always was, further ones behind it.
        """
        further = (Parcel("UPS", "track-2"), Parcel("", "track-3"))
        parcels = (Parcel("DHL", "track-1"), *further)
        several = ShipOrder("o-1", "DHL", "track-1", further)

        spec.given(placed, paid).when(several).then(OrderShipped("o-1", parcels))
        spec.given(placed, paid, OrderShipped("o-1", parcels)).when(several).then_nothing()
        spec.given(placed, paid, OrderShipped("o-1", parcels)).when(ship).then_rejected(
            "already-shipped"
        )

    def test_rejects_a_parcel_that_is_named_twice(self):
        """
        It is one parcel.
        """
        twice = ShipOrder("o-1", "DHL", "track-1", (Parcel("DHL", "track-1"),))

        spec.given(placed, paid).when(twice).then_rejected("parcel-twice")


class TestDeliver:
    def test_delivers_and_invites_feedback(self):
        """
        A shipped order arrives; then the customer may be asked.
        """
        spec.given(placed, paid, shipped).when(deliver).then(delivered, invited)

    def test_delivers_once(self):
        """
        Reported again, nothing happens.
        """
        spec.given(placed, paid, shipped, delivered, invited).when(deliver).then_nothing()

    @pytest.mark.parametrize("history", [(placed,), (placed, paid), (placed, cancelled)])
    def test_rejects_what_was_not_shipped(self, history):
        """
        Only what was shipped can arrive.
        """
        spec.given(*history).when(deliver).then_rejected("not-shipped")


class TestCancel:
    def test_cancels(self):
        """
        An unpaid order is simply cancelled.
        """
        spec.given(placed).when(cancel).then(cancelled)

    def test_refunds_what_was_paid(self):
        """
        A paid order's amount is to go back.
        """
        spec.given(placed, paid).when(cancel).then(
            cancelled, RefundRequested("o-1", "pay-1", TOTAL)
        )

    @pytest.mark.parametrize(
        "history", [(placed, paid, shipped), (placed, paid, shipped, delivered)]
    )
    def test_rejects_after_shipping(self, history):
        """
        What has left the house can't be cancelled.
        """
        spec.given(*history).when(cancel).then_rejected("already-shipped")

    def test_cancels_once(self):
        """
        Cancelled again, nothing happens.
        """
        spec.given(placed, cancelled).when(cancel).then_nothing()


@pytest.mark.parametrize("command", [pay, ship, deliver, cancel])
def test_nothing_happens_to_an_order_that_was_never_placed(command):
    """
    Every command but PlaceOrder needs an order.
    """
    refusal = spec.when(command).then_refused(NotFound)

    assert "there is no order o-1" == str(refusal)
