"""What differs between two schemas, in words."""

import pytest

from chalicelib.adapters.avro.changes import Change, changes
from chalicelib.kernel.errors import SchemaViolation

pytestmark = pytest.mark.requirement("T3")

MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 14, "scale": 2}


def record(*fields, **said):
    return {"type": "record", "name": "Fired", "fields": list(fields), **said}


def field(type_, name="a", **said):
    return {"name": name, "type": type_, **said}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (record(), record(), []),
        (record(field("int")), record(), [Change("a", "removed", {"type": "int"}, {})]),
        (
            record(),
            record(field(["null", MONEY], default=None, doc="So much.")),
            [
                Change(
                    "a",
                    "added",
                    {},
                    {"type": "null or decimal(14,2)", "default": "null", "doc": "So much."},
                )
            ],
        ),
        (
            record(field("int", doc="One.")),
            record(field("long", doc="One.")),
            [Change("a", "changed", {"type": "int"}, {"type": "long"})],
        ),
        (
            record(field("string", default="1")),
            record(field("string", default="1", personal=True)),
            [Change("a", "changed", {}, {"personal": "true"})],
        ),
        (
            record(nexus={"compatibility": "FULL"}, doc="One."),
            record(nexus={"compatibility": "NONE"}, doc="Two."),
            [
                Change(
                    "",
                    "changed",
                    {"doc": "One.", "compatibility": "FULL"},
                    {"doc": "Two.", "compatibility": "NONE"},
                )
            ],
        ),
        (
            record(field({"type": "array", "items": {**record(field("int", "n")), "name": "L"}})),
            record(field({"type": "array", "items": {**record(field("long", "n")), "name": "L"}})),
            [Change("a.n", "changed", {"type": "int"}, {"type": "long"})],
        ),
        (
            record(field(["null", "Fired"])),
            record(field({"type": "array", "items": "Fired"})),
            [
                Change(
                    "a",
                    "changed",
                    {"type": "null or record Fired"},
                    {"type": "array of record Fired"},
                )
            ],
        ),
        ("int", "long", [Change("", "changed", {"type": "int"}, {"type": "long"})]),
        (None, "long", [Change("", "added", {}, {"type": "long"})]),
    ],
    ids=[
        "nothing",
        "removed",
        "added",
        "type",
        "property",
        "whole",
        "within",
        "recursive",
        "no record",
        "first",
    ],
)
def test_what_differs_is_told(old, new, expected):
    """Only what does, by field and topic; a record that holds itself is told once."""
    assert expected == changes(old, new)


def test_a_text_is_not_taken_for_a_number():
    """Defaults are told as JSON has them."""
    text, number = record(field("string", default="1")), record(field("int", default=1))

    (change,) = changes(text, number)

    assert ('"1"', "1") == (change.before["default"], change.after["default"])


def test_what_is_no_schema_has_no_fields_to_compare():
    """It is refused, with what is wrong with it."""
    with pytest.raises(SchemaViolation, match="'nonsense', which is not defined before"):
        changes(record(field("nonsense")), record())
