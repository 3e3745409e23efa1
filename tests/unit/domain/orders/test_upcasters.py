import pytest

from chalicelib.domain.orders.upcasters import PaidByUnknownMethod, ShippedInOneParcel

pytestmark = pytest.mark.requirement("T13")


def test_how_an_old_payment_was_made_is_unknown():
    """
    Nothing is made up for it; the rest stays.
    """
    data = {"orderId": "o-1", "paymentId": "p-1", "amount": "5.00"}

    assert data | {"method": None} == PaidByUnknownMethod().upcast(data)


def test_what_was_shipped_is_one_parcel():
    """
    Carrier and number are the parcel's, though the carrier was not named.
    """
    data = {"orderId": "o-1", "carrier": "", "trackingNumber": "t-1"}

    assert {
        "orderId": "o-1",
        "parcels": [{"carrier": "", "trackingNumber": "t-1"}],
    } == ShippedInOneParcel().upcast(data)
