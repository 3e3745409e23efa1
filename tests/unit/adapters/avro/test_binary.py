from decimal import Decimal

import pytest

from chalicelib.adapters.avro.binary import Binary

DECIMAL = {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 1}
POINT = {
    "type": "record",
    "name": "Point",
    "fields": [{"name": "x", "type": DECIMAL}, {"name": "y", "type": DECIMAL}],
}
LINE = Binary(
    {
        "type": "record",
        "name": "Line",
        "fields": [
            {"name": "start", "type": POINT},
            {"name": "end", "type": "Point"},
            {"name": "by", "type": ["null", "Point"]},
        ],
    }
)


def point(x="0.0", y="0.0"):
    return {"x": Decimal(x), "y": Decimal(y)}


def line(**points):
    return {"start": point(), "end": point(), "by": None, **points}


class TestBinary:
    @pytest.mark.parametrize("amount", ["0.0", "0.1", "-0.1", "12.8", "-12.8", "999.9", "-999.9"])
    def test_decimals_are_exact(self, amount):
        """
        In two's complement, with all their places; a type that is used twice works twice.
        """
        value = line(start=point(amount), end=point("1.5", amount), by=point(amount, amount))

        assert str(value) == str(LINE.read(LINE.write(value)))

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"start": point("1000")}, "start"),
            ({"end": point("1E+3")}, "end"),
            ({"end": point("0.11")}, "end"),
            ({"by": point("NaN")}, "by"),
            ({"by": point("1." + "0" * 200 + "1")}, "by"),
            ({"by": {"x": Decimal(0)}}, "by"),
            ({"by": 5}, "by"),
            ({"start": None}, "start"),
            ({"more": 5, "even": 6}, "even, more"),
        ],
    )
    def test_the_field_to_blame_is_named(self, changes, field):
        """
        The first that can't be written, or those that the schema has not got.
        """
        with pytest.raises(ValueError, match=f"^{field}: "):
            LINE.write(line(**changes))

    def test_a_missing_field_is_named(self):
        """
        Even one that could be null.
        """
        with pytest.raises(ValueError, match=r"^by: "):
            LINE.write({"start": point(), "end": point()})

    def test_a_decimal_beyond_its_precision_is_not_read(self):
        """
        Rather than rounded, as the library would.
        """
        wide = Binary({**POINT, "fields": [{"name": "x", "type": {**DECIMAL, "precision": 9}}]})
        narrow = Binary({**POINT, "fields": POINT["fields"][:1]})

        with pytest.raises(ValueError, match="wider"):
            narrow.read(wide.write({"x": Decimal("1234.5")}))
