"""Events of earlier schema versions, as those of today: one step for each version left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from chalicelib.kernel.upcasting import EventUpcaster

if TYPE_CHECKING:
    from collections.abc import Mapping


class PaidByUnknownMethod(EventUpcaster):
    """Version 2 of OrderPaid says how it was paid; version 1 did not, and nobody knows."""

    event_type: ClassVar[str] = "orders.OrderPaid"
    from_version: ClassVar[int] = 1

    def upcast(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the data with no method."""
        return {**data, "method": None}


class ShippedInOneParcel(EventUpcaster):
    """Version 2 of OrderShipped has parcels; carrier and number of version 1 were those of one."""

    event_type: ClassVar[str] = "orders.OrderShipped"
    from_version: ClassVar[int] = 1

    def upcast(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the data with one parcel."""
        parcel = {"carrier": data["carrier"], "trackingNumber": data["trackingNumber"]}
        return {"orderId": data["orderId"], "parcels": [parcel]}
