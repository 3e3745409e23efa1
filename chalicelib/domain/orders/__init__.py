"""Orders: placed, paid, shipped, delivered; or cancelled."""

from chalicelib.domain.orders.order import order
from chalicelib.domain.orders.projections import customer_orders, order_details, sales
from chalicelib.domain.orders.upcasters import PaidByUnknownMethod, ShippedInOneParcel
from chalicelib.kernel.context import BoundedContext
from chalicelib.kernel.views import Many, One, Totals

orders = BoundedContext(
    name="orders",
    aggregates=(order,),
    projections=(order_details, customer_orders, sales),
    upcasters=(PaidByUnknownMethod(), ShippedInOneParcel()),
    views=(
        One("/api/orders/{orderId}", order_details),
        Many("/api/orders", order_details, sort="-placedAt"),
        Many("/api/customers/{customerId}/orders", customer_orders, sort="-placedAt"),
        Totals(
            "/api/sales",
            sales,
            by=("day", "status", "currency"),
            sums=("totalAmount",),
            count="orders",
        ),
    ),
)
