from decimal import Decimal

import pytest

from chalicelib.adapters.pydantic.json import MAX_DEPTH, read_json, write_json
from chalicelib.kernel.errors import InvalidInput

pytestmark = pytest.mark.requirement("R2")


def nested(levels):
    return b"[" * levels + b"]" * levels


class TestReadJson:
    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            (b'{"a": [1, -0, true, null, "\\u00e4"]}', {"a": [1, 0, True, None, "ä"]}),
            ('"ä\U0001f600"'.encode(), "ä\U0001f600"),
            (b"99.990000000000000001", Decimal("99.990000000000000001")),
            (b"0.10", Decimal("0.10")),
            (b"5.0", Decimal("5.0")),
            (b"1e2", Decimal("1E+2")),
            (b"1E-100", Decimal("1E-100")),
            (b"9" * 100, int("9" * 100)),
            (nested(3), [[[]]]),
            (b' \r\n\t{"b":1,"a":1} ', {"b": 1, "a": 1}),
        ],
        ids=range(10),
    )
    def test_values_are_exact(self, raw, expected):
        """
        Numbers with point or exponent are decimals, digit by digit; the others are integers.
        """
        actual = read_json(raw)

        assert (expected, str(expected)) == (actual, str(actual))

    @pytest.mark.parametrize(
        ("raw", "message"),
        [
            (b"", "not JSON, at line 1, column 1"),
            (b'{\n  "a": 1,\n}', "not JSON, at line 2, column 9"),
            (b'{"a" 1}', "not JSON, at line 1, column 6"),
            (b"[1, 2", "not JSON, at line 1"),
            (b"1 2", "not JSON, at line 1, column 3"),
            (b"'a'", "not JSON"),
            (b'"a\nb"', "not JSON"),
            (b'"\\x"', "not JSON"),
            (b"01", "not JSON"),
            (b".5", "not JSON"),
            (b"NaN", "not JSON"),
            (b"[Infinity]", "not JSON"),
            (b"-Infinity", "not JSON"),
            (b'"\xff"', "not UTF-8, at byte 1"),
            ('{"a": 1}'.encode("utf-16"), "not UTF-8, at byte 0"),
            (b'"\xed\xa0\x80"', "not UTF-8"),
            (b'{"a": 1, "b": 2, "a": 1}', "the name 'a' twice"),
            (b'{"x": [{"a": 1, "\\u0061": 1}]}', "the name 'a' twice"),
            (b"1" * 101, "more than 100 digits"),
            (b"1" * 1_000_000, "more than 100 digits"),
            (b"0." + b"1" * 1_000_000, "more than 100 digits"),
            (b"1e101", "more than 100 digits"),
            (b"1e-101", "more than 100 digits"),
            (b"1e999999999", "more than 100 digits"),
            (b"-1e-999999999999999999999", "more than 100 digits"),
            (b"1e" + b"9" * 1_000_000, "more than 100 digits"),
        ],
        ids=range(26),
    )
    def test_what_readers_could_take_differently_is_refused(self, raw, message):
        """
        With a sentence that says what is wrong, and where as far as that is known.
        """
        with pytest.raises(InvalidInput, match=message):
            read_json(raw)

    def test_nesting_has_an_end(self):
        """
        32 levels of arrays and objects, mixed or not; far deeper ones don't end the process.
        """
        assert read_json(nested(MAX_DEPTH))
        for raw in (
            nested(MAX_DEPTH + 1),
            b'{"a":' * MAX_DEPTH + b"[]" + b"}" * MAX_DEPTH,
            nested(100_000),
            b'{"a":[' * 50_000,
        ):
            with pytest.raises(InvalidInput, match="more than 32 levels"):
                read_json(raw)

    def test_the_name_given_twice_is_told_briefly(self):
        """
        An answer does not repeat a megabyte of somebody's making.
        """
        name = b'"' + b"x" * 1_000_000 + b'"'

        with pytest.raises(InvalidInput) as refused:
            read_json(b"{" + name + b":1," + name + b":1}")

        assert len(str(refused.value)) < 200


class TestWriteJson:
    def test_is_canonical(self):
        """
        Names sorted, no white space, text as it is, decimals to their last digit.
        """
        data = {"b": Decimal("1.10"), "a": ["ä", None, True, 10**30]}

        assert f'{{"a":["ä",null,true,{10**30}],"b":1.10}}'.encode() == write_json(
            data, canonical=True
        )
        assert data == read_json(write_json(data))
