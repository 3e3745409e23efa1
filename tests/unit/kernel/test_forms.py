from dataclasses import dataclass, make_dataclass
from datetime import timedelta
from enum import IntEnum
from typing import Any

import pytest

from chalicelib.kernel.errors import Misconfigured
from chalicelib.kernel.forms import Maybe, Scalar, record_of
from chalicelib.kernel.values import Limits, ShortText


class Rank(IntEnum):
    LOW = 1


@dataclass
class Note:
    first_line: ShortText | None


class TestForms:
    def test_names_are_those_outside_and_limits_are_found(self):
        """
        Also those within an optional.
        """
        (member,) = record_of(Note).members.values()

        assert ["firstLine"] == list(record_of(Note).members)
        assert Maybe(Scalar(str, Limits(max_length=200))) == member.form

    @pytest.mark.parametrize(
        "hint",
        [
            *(float, bytes, object, Any, list[str], dict[str, str], tuple[str, int], tuple[()]),
            *(str | int, str | int | None, timedelta, Rank, type(None)),
        ],
        ids=str,
    )
    def test_what_no_schema_says_exactly_is_refused(self, hint):
        """
        At start, naming the field: a float, for instance, can't hold money.
        """
        with pytest.raises(Misconfigured, match=r"Thing\.some_field"):
            record_of(make_dataclass("Thing", [("some_field", hint)]))
