"""The contract of Shapes: strict and exact at the edge, exact and forgiving towards history."""

from __future__ import annotations

from dataclasses import dataclass, field, make_dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.kernel.errors import InvalidInput
from chalicelib.kernel.values import Currency, Identifier, Limits, Money, Price, Quantity, ShortText
from chalicelib.services.shapes import Shapes

STEADY: Final = settings(
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # shapes keep no state
)


class Size(StrEnum):
    """How large it is."""

    SMALL = "small"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class Part:
    """Something in a box."""

    part_id: Identifier
    count: Quantity = 1


@dataclass(frozen=True, slots=True)
class Box:
    """A value of every kind that there is."""

    box_id: Identifier
    price: Price
    worth: Money
    currency: Currency
    label: ShortText
    weight: Decimal
    turns: int
    open: bool
    size: Size
    sent_at: datetime
    day: date
    note: ShortText | None = None
    parts: Annotated[tuple[Part, ...], Limits(max_length=3)] = ()
    tags: tuple[str, ...] = field(default_factory=tuple)


DATA: Final[dict[str, Any]] = {
    "boxId": "b-1",
    "price": Decimal("0.01"),
    "worth": 0,
    "currency": "USD",
    "label": "",
    "weight": Decimal("1.234567890123456789012345678901234567890"),
    "turns": -3,
    "open": True,
    "size": "large",
    "sentAt": "2025-01-31T13:00:00.5+01:00",
    "day": "2025-01-31",
    "parts": [{"partId": "p-1", "count": 2}, {"partId": "p-2"}],
}
BOX: Final = Box(
    box_id="b-1",
    price=Decimal("0.01"),
    worth=Decimal("0.00"),
    currency="USD",
    label="",
    weight=Decimal("1.234567890123456789012345678901234567890"),
    turns=-3,
    open=True,
    size=Size.LARGE,
    sent_at=datetime(2025, 1, 31, 12, 0, 0, 500_000, tzinfo=UTC),
    day=date(2025, 1, 31),
    parts=(Part("p-1", 2), Part("p-2")),
)
JSON: Final = (
    b'{"boxId":"b-1","currency":"USD","day":"2025-01-31","label":"","note":null,"open":true,'
    b'"parts":[{"count":2,"partId":"p-1"},{"count":1,"partId":"p-2"}],"price":0.01,'
    b'"sentAt":"2025-01-31T12:00:00.500000Z","size":"large","tags":[],"turns":-3,'
    b'"weight":1.234567890123456789012345678901234567890,"worth":0.00}'
)

ACCEPTED: Final[list[tuple[str, Any, Any]]] = [
    ("boxId", "A.b_c~d-9", "A.b_c~d-9"),
    ("boxId", "...", "..."),
    ("boxId", "x" * 128, "x" * 128),
    ("price", 5, Decimal("5.00")),
    ("price", Decimal("5.0"), Decimal("5.00")),
    ("price", Decimal("5.000"), Decimal("5.00")),
    ("price", Decimal("5E+2"), Decimal("500.00")),
    ("price", Decimal("999999999999.99"), Decimal("999999999999.99")),
    ("worth", Decimal("-0.0"), Decimal("0.00")),
    ("weight", Decimal("99.990000000000000001"), Decimal("99.990000000000000001")),
    ("label", "ä" * 200, "ä" * 200),
    ("label", "\U0001f600" * 200, "\U0001f600" * 200),
    ("turns", 2**63 - 1, 2**63 - 1),
    ("sentAt", "2025-01-31T12:00:00Z", datetime(2025, 1, 31, 12, tzinfo=UTC)),
    ("note", "", ""),
    ("note", None, None),
    ("parts", [], ()),
    ("tags", ["a", "a"], ("a", "a")),
]

DEEP: Final[list[Any]] = []
for _ in range(100_000):
    DEEP[:] = [list(DEEP)]
HUGE: Final = 10**5000

REFUSED: Final[list[tuple[Any, Any, str, str]]] = [
    ("boxId", ".", "/boxId", "neither . nor .."),
    ("boxId", "..", "/boxId", "neither . nor .."),
    ("boxId", "a\n", "/boxId", "must be 1 to 128 of A-Z"),
    ("boxId", "a/b", "/boxId", "must be 1 to 128 of A-Z"),
    ("boxId", "ä", "/boxId", "must be 1 to 128 of A-Z"),
    ("boxId", "", "/boxId", "must have at least 1 character"),
    ("boxId", "x" * 129, "/boxId", "must have at most 128 characters"),
    ("boxId", "\ud800", "/boxId", "half a surrogate pair"),
    ("boxId", 5, "/boxId", "must be text, not a number"),
    ("boxId", None, "/boxId", "must be text, not null"),
    ("boxId", DEEP, "/boxId", "must be text, not an array"),
    ("price", 0, "/price", "must be more than 0"),
    ("price", Decimal("-0.01"), "/price", "must be more than 0"),
    ("price", "99.99", "/price", "must be a number, not text"),
    ("price", True, "/price", "must be a number, not true or false"),
    ("price", None, "/price", "must be a number, not null"),
    ("price", [], "/price", "must be a number, not an array"),
    ("price", Decimal("99.990000000000000001"), "/price", "must have at most"),
    ("price", Decimal("0.001"), "/price", "must have at most 2 decimals"),
    ("price", Decimal("1E+12"), "/price", "must have at most 12 digits before the point"),
    ("price", Decimal("1E+999999"), "/price", "must have at most 14 digits"),
    ("price", Decimal("NaN"), "/price", "must be finite"),
    ("price", Decimal("Infinity"), "/price", "must be finite"),
    ("price", HUGE, "/price", "must have at most 14 digits"),
    ("price", DEEP, "/price", "must be a number, not an array"),
    ("worth", Decimal("-0.01"), "/worth", "must be at least 0"),
    ("currency", "usd", "/currency", "must match ^[A-Z]{3}$"),
    ("currency", "USD\n", "/currency", "must match ^[A-Z]{3}$"),
    ("label", "x" * 201, "/label", "must have at most 200 characters"),
    ("turns", True, "/turns", "must be a whole number, not true or false"),
    ("turns", Decimal("5.0"), "/turns", "must be a whole number, not a decimal"),
    ("turns", "5", "/turns", "must be a whole number, not text"),
    ("turns", 2**63, "/turns", "must be at most 9223372036854775807"),
    ("turns", -HUGE, "/turns", "must be at least -9223372036854775808"),
    ("open", 1, "/open", "must be true or false, not a number"),
    ("open", "true", "/open", "must be true or false, not text"),
    ("open", None, "/open", "must be true or false, not null"),
    ("size", "medium", "/size", "must be 'small' or 'large'"),
    ("size", 5, "/size", "must be 'small' or 'large'"),
    ("size", {}, "/size", "must be 'small' or 'large'"),
    ("sentAt", "2025-01-31T12:00:00", "/sentAt", "must be a time like 2025-01-31T12:00:00Z"),
    ("sentAt", "2025-01-31", "/sentAt", "must be a time like"),
    ("sentAt", "2025-02-30T12:00:00Z", "/sentAt", "must be a time like"),
    ("sentAt", "2025-01-31T12:00:00.0000001Z", "/sentAt", "must be a time like"),
    ("sentAt", "2025-01-31T12:00:00Z\n", "/sentAt", "must be a time like"),
    ("sentAt", "0001-01-01T00:00:00+01:00", "/sentAt", "must be a time like"),
    ("sentAt", "1700000000", "/sentAt", "must be a time like"),
    ("sentAt", 1700000000, "/sentAt", "must be a time like"),
    ("sentAt", None, "/sentAt", "must be a time like"),
    ("day", "2025-02-30", "/day", "must be a day like 2025-01-31"),
    ("day", "20250131", "/day", "must be a day like"),
    ("day", "2025-W05-5", "/day", "must be a day like"),
    ("day", "2025-01-31T00:00:00Z", "/day", "must be a day like"),
    ("day", 20000, "/day", "must be a day like"),
    ("note", 5, "/note", "must be text, not a number"),
    ("parts", None, "/parts", "must be an array, not null"),
    ("parts", "ab", "/parts", "must be an array, not text"),
    ("parts", {"0": {}}, "/parts", "must be an array, not an object"),
    ("parts", [{"partId": "p"}] * 4, "/parts", "must have at most 3 items"),
    ("parts", [{"partId": "p"}, []], "/parts/1", "must be an object, not an array"),
    ("parts", [{}], "/parts/0/partId", "is missing"),
    ("parts", [{"partId": "p", "count": 0}], "/parts/0/count", "must be at least 1"),
    ("parts", [{"partId": "p", "count": HUGE}], "/parts/0/count", "must be at most 1000000"),
    ("parts", [{"partId": "p", "part_id": "q"}], "/parts/0/part_id", "is not a known field"),
    ("tags", ["a", 5], "/tags/1", "must be text, not a number"),
    ("box_id", "b-1", "/box_id", "is not a known field"),
    ("a/b~c", DEEP, "/a~1b~0c", "is not a known field"),
]


numbers = st.decimals(allow_nan=False, allow_infinity=False)
boxes = st.builds(
    Box,
    box_id=st.text(),
    price=numbers,
    worth=numbers,
    currency=st.text(),
    label=st.text(min_size=190),
    weight=numbers,
    turns=st.integers(),
    open=st.booleans(),
    size=st.sampled_from(Size),
    sent_at=st.datetimes(timezones=st.just(UTC)),
    day=st.dates(),
    note=st.none() | st.text(),
    parts=st.lists(st.builds(Part, st.text(), st.integers()), max_size=5).map(tuple),
    tags=st.lists(st.text(), max_size=5).map(tuple),
)


def _ids(cases: list[Any]) -> list[str]:
    return [f"{case[0]} {number}" for number, case in enumerate(cases)]


@pytest.mark.requirement("R2")
@pytest.mark.requirement("R8")
class ShapesContract:
    """Bind it with a fixture ``shapes``."""

    def test_what_json_says_becomes_a_dataclass(self, shapes: Shapes):
        """Arrays become tuples, objects dataclasses, texts members and times in UTC."""
        parsed = shapes.parse(Box, DATA)

        assert BOX == parsed
        assert repr(BOX) == repr(parsed)

    @pytest.mark.parametrize(("name", "value", "expected"), ACCEPTED, ids=_ids(ACCEPTED))
    def test_accepted(self, shapes: Shapes, name: str, value: object, expected: object):
        """What is within the limits is taken exactly; money has two places ever after."""
        parsed = shapes.dump(shapes.parse(Box, {**DATA, name: value}))

        assert (expected, str(expected)) == (parsed[name], str(parsed[name]))

    @pytest.mark.parametrize(("name", "value", "pointer", "message"), REFUSED, ids=_ids(REFUSED))
    def test_refused(self, shapes: Shapes, name: str, value: object, pointer: str, message: str):
        """Nothing is coerced or rounded; the place and the fault are told in plain words."""
        with pytest.raises(InvalidInput, match="Box") as refused:
            shapes.parse(Box, {**DATA, name: value})

        (fault,) = refused.value.faults
        assert pointer == fault.pointer
        assert message in fault.message

    @pytest.mark.parametrize(
        ("data", "given"),
        [
            (None, "null"),
            ([], "an array"),
            ("{}", "text"),
            (5, "a number"),
            (Decimal("5.0"), "a decimal"),
            (True, "true or false"),
            (DEEP, "an array"),
            (HUGE, "a number"),
        ],
        ids=["null", "array", "text", "number", "decimal", "flag", "deep", "huge"],
    )
    def test_only_an_object_is_a_dataclass(self, shapes: Shapes, data: object, given: str):
        """The pointer of the whole is empty."""
        with pytest.raises(InvalidInput) as refused:
            shapes.parse(Box, data)

        assert [("", f"must be an object, not {given}")] == [
            (fault.pointer, fault.message) for fault in refused.value.faults
        ]

    def test_every_fault_is_told(self, shapes: Shapes):
        """In the order of the fields, then those of unknown names."""
        data = {**DATA, "price": "1", "turns": True, "parts": [{"count": 0}], "zest": 1}
        del data["boxId"]

        with pytest.raises(InvalidInput) as refused:
            shapes.parse(Box, data)

        assert [
            "/boxId",
            "/price",
            "/turns",
            "/parts/0/partId",
            "/parts/0/count",
            "/zest",
        ] == [fault.pointer for fault in refused.value.faults]

    def test_there_is_an_end_to_faults(self, shapes: Shapes):
        """An answer is not as long as a bad request can be."""
        data = {**DATA, **{f"{number:0300}": 1 for number in range(1000)}}

        with pytest.raises(InvalidInput) as refused:
            shapes.parse(Box, data)

        assert 50 == len(refused.value.faults)
        assert max(len(fault.pointer) for fault in refused.value.faults) < 300

    @pytest.mark.parametrize("name", ["\ud800", "half \udfff of it"])
    def test_names_with_half_a_character_are_refused(self, shapes: Shapes, name: str):
        """And the answer can be sent."""
        with pytest.raises(InvalidInput) as refused:
            shapes.parse(Box, {**DATA, name: 1})

        told = " ".join(f"{fault.pointer} {fault.message}" for fault in refused.value.faults)
        assert "surrogate" in told.encode().decode()

    def test_personal_input_is_not_repeated(self, shapes: Shapes):
        """Neither in words nor in the errors behind: what was sent stays out of logs."""
        with pytest.raises(InvalidInput) as refused:
            shapes.parse(Box, {**DATA, "turns": "Jane Doe"})

        assert refused.value.__cause__ is None
        assert refused.value.__suppress_context__
        assert "Jane" not in f"{refused.value} {refused.value.faults}"

    def test_json_is_canonical(self, shapes: Shapes):
        """Sorted names, no white space, exact decimals, UTC: equal values have equal bytes."""
        zone = timezone(timedelta(hours=-5))
        other = replace(BOX, sent_at=BOX.sent_at.astimezone(zone), parts=BOX.parts)

        assert JSON == shapes.to_json(BOX, canonical=True) == shapes.to_json(other, canonical=True)

    def test_json_of_plain_data(self, shapes: Shapes):
        """Dataclasses, decimals, times and members may be anywhere in it; order is kept."""
        data = {"a": [Decimal("5.00"), BOX.sent_at, BOX.day, None], "z": (Part("ä"), Size.SMALL)}

        assert (
            '{"a":[5.00,"2025-01-31T12:00:00.500000Z","2025-01-31",null],'
            '"z":[{"partId":"ä","count":1},"small"]}'
        ).encode() == shapes.to_json(data)

    @pytest.mark.parametrize(
        "value",
        [{"at": datetime(2025, 1, 31)}, {"ratio": float("nan")}],  # noqa: DTZ001
        ids=["time", "number"],
    )
    def test_what_json_can_not_say_is_refused(self, shapes: Shapes, value: object):
        """A time without zone, a number that is none."""
        with pytest.raises(ValueError, match=r"zone|JSON"):
            shapes.to_json(value)

    def test_names_outside_are_camel_case(self, shapes: Shapes):
        """Plain data has the schema's names; decimals and times stay what they are."""
        assert {**DATA, "worth": Decimal("0.00"), "sentAt": BOX.sent_at, "day": BOX.day} | {
            "note": None,
            "parts": ({"partId": "p-1", "count": 2}, {"partId": "p-2", "count": 1}),
            "tags": (),
        } == shapes.dump(BOX)
        assert str is type(shapes.dump(BOX)["size"])

    @given(box=boxes)
    @settings(STEADY, max_examples=150)
    def test_history_is_read_whatever_the_limits(self, shapes: Shapes, box: Box):
        """What no limit allows comes back exactly all the same, from plain data and from JSON."""
        assert box == shapes.restore(Box, shapes.dump(box))
        assert box == shapes.from_json(Box, shapes.to_json(box))

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("price", "99.99"),
            ("price", True),
            ("price", 5.5),
            ("turns", True),
            ("turns", Decimal(5)),
            ("open", 1),
            ("label", 5),
            ("label", None),
            ("size", "medium"),
            ("sentAt", 5),
            ("sentAt", datetime(2025, 1, 31)),  # noqa: DTZ001 - the point
            ("day", "31.1.2025"),
            ("parts", None),
            ("zest", 1),
        ],
    )
    def test_history_is_not_coerced_either(self, shapes: Shapes, name: str, value: object):
        """Types count as strictly as at the edge; the place is named."""
        with pytest.raises(ValueError, match=f"Box: /{name} "):
            shapes.restore(Box, {**DATA, name: value})

    @pytest.mark.parametrize(
        "text",
        [
            b"",
            b"null",
            b"[]",
            b"{}",
            b"{",
            b"\xff",
            JSON + b"}",
            JSON.replace(b"0.01", b"NaN"),
            JSON.replace(b"0.01", b"1E999999999999999999999"),
            JSON.replace(b"-3", b"3" * 5000),
            b"[" * 100_000,
        ],
        ids=range(11),
    )
    def test_what_was_not_written_here_is_not_read(self, shapes: Shapes, text: bytes):
        """With one kind of error, whatever it is."""
        with pytest.raises(ValueError, match=r"."):
            shapes.from_json(Box, text)

    def test_the_digest_names_the_form(self, shapes: Shapes):
        """It changes with a field's name or type, and not with a limit, a default or the order."""
        forms: list[list[Any]] = [
            [("a", str)],
            [("b", str)],
            [("a", int)],
            [("a", str | None)],
            [("a", tuple[str, ...])],
            [("a", Size)],
            [("a", Part)],
            [("a", str), ("b", str)],
        ]
        same: list[list[Any]] = [
            [("a", ShortText)],
            [("a", str, field(default=""))],
        ]

        digests = [shapes.digest(make_dataclass("X", form)) for form in forms]

        assert len(forms) == len(set(digests))
        assert {digests[0]} == {shapes.digest(make_dataclass("Y", form)) for form in same}
        assert digests[7] == shapes.digest(make_dataclass("X", [("b", str), ("a", str)]))
