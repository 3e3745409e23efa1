from decimal import Decimal

import pytest

from chalicelib.kernel.naming import camel
from chalicelib.kernel.values import from_minor_units, minor_units


class TestMoney:
    @pytest.mark.parametrize(
        ("amount", "units"),
        [("0", 0), ("99.99", 9999), ("100", 10000), ("0.10", 10), ("999999999999.99", 10**14 - 1)],
    )
    def test_minor_units_are_exact(self, amount, units):
        """
        An amount and its integer hundredths are the same, both ways.
        """
        assert units == minor_units(Decimal(amount))
        assert Decimal(amount) == from_minor_units(units)

    @pytest.mark.parametrize(
        "amount", ["0.001", "1.0000000000000000000000000000000000000000000001", "NaN", "1E+999999"]
    )
    def test_nothing_is_ever_rounded(self, amount):
        """
        What is not a whole number of hundredths, or of absurd size, is refused.
        """
        with pytest.raises(ValueError, match="is no amount"):
            minor_units(Decimal(amount))


@pytest.mark.parametrize(
    ("inside", "outside"),
    [("order_id", "orderId"), ("lines", "lines"), ("last_4_digits", "last4Digits")],
)
def test_outside_names_are_camel_case(inside, outside):
    """
    Schemas and JSON use one form of a name.
    """
    assert outside == camel(inside)
