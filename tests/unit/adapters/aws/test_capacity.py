import pytest

from chalicelib.adapters.aws.capacity import Cost, Meter, item_size, write_units

pytestmark = pytest.mark.requirement("T18")


class TestItemSize:
    @pytest.mark.parametrize(
        ("item", "size"),
        [
            ({"id": {"S": "abc"}}, 2 + 3),
            ({"id": {"S": "ä€"}}, 2 + 2 + 3),
            ({"n": {"N": "7"}}, 1 + 2),
            ({"n": {"N": "42"}}, 1 + 2),
            ({"n": {"N": "1234"}}, 1 + 3),
            ({"n": {"N": "-123"}}, 1 + 3),
            ({"b": {"B": bytes(100)}}, 1 + 100),
            ({"id": {"S": "abc"}, "b": {"B": b""}}, 5 + 1),
        ],
        ids=repr,
    )
    def test_counts_names_and_values(self, item, size):
        """
        As the developer guide says, under item sizes and formats.
        """
        assert size == item_size(item)

    @pytest.mark.parametrize(("size", "units"), [(0, 1), (1024, 1), (1025, 2), (409_600, 400)])
    def test_a_unit_writes_a_kilobyte(self, size, units):
        """
        A started one counts.
        """
        assert units == write_units(size)


class TestMeter:
    def test_adds_up_by_operation_and_category(self):
        """
        What is drained is gone; nothing is counted twice.
        """
        meter = Meter()
        meter.add("append", "Order", Cost(requests=1, write_units=2))
        meter.add("append", "Order", Cost(requests=1, bytes_sent=10))
        meter.add("append", "Cart", Cost(requests=1))

        spent = {
            ("append", "Order"): Cost(requests=2, write_units=2, bytes_sent=10),
            ("append", "Cart"): Cost(requests=1),
        }
        assert (spent, spent, {}) == (meter.totals(), meter.drain(), meter.totals())
