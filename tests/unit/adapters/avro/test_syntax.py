"""What is no Avro schema is refused, with its place; what is one is not."""

import pytest

from chalicelib.adapters.avro.compatibility import AvroCompatibility
from chalicelib.adapters.avro.syntax import type_of
from chalicelib.services.governance.compatibility import Kind, Mode

pytestmark = pytest.mark.requirement("T3")

FIXED = {"type": "fixed", "name": "F", "size": 2}
ENUM = {"type": "enum", "name": "E", "symbols": ["A"]}


def record(*fields, name="R", **said):
    return {"type": "record", "name": name, "fields": list(fields), **said}


def field(type_, name="a", **said):
    return {"name": name, "type": type_, **said}


def nested(depth):
    schema: object = "int"
    for _ in range(depth):
        schema = {"type": "array", "items": schema}
    return schema


# The schema, the field that is at fault, and what is said.
MALFORMED = {
    "nothing": (None, "", "is no schema"),
    "a number": (5, "", "is no schema"),
    "an empty object": ({}, "", "is no schema"),
    "a type of types": ({"type": {"type": "int"}}, "", "is no schema"),
    "dangling": (record(field("Nowhere")), "a", "'Nowhere', which is not defined before"),
    "before its definition": (record(field("F"), field(FIXED, "b")), "a", "is not defined before"),
    "in another namespace": (
        record(field(FIXED), field("jars.F", "b"), namespace="pots"),
        "b",
        "'jars.F'",
    ),
    "an unknown type": ({"type": "arrey", "items": "int"}, "", "'arrey'"),
    "an array of nothing": ({"type": "array"}, "", "is array without items"),
    "a map of nothing": (record(field({"type": "map"})), "a", "is map without values"),
    "no fields": ({"type": "record", "name": "R"}, "", "without a list of fields"),
    "fields by name": ({"type": "record", "name": "R", "fields": {}}, "", "a list of fields"),
    "a field without type": (record({"name": "a"}), "", "has a field without name or type"),
    "a field without name": (record({"type": "int"}), "", "has a field without name or type"),
    "a field's name": (record(field("int", "a-b")), "", "has a field without name or type"),
    "a field twice": (record(field("int"), field("int")), "a", "is defined twice"),
    "no name": ({"type": "fixed", "size": 1}, "", "is fixed without a name"),
    "a wrong name": (record(name="1st"), "", "'1st', which is none in Avro"),
    "a name that is a type": (record(name="string"), "", "'string', which is none in Avro"),
    "a wrong namespace": (record(namespace="a..b"), "", "'a..b.R'"),
    "a namespace of no text": (record(namespace=5), "", "without a name"),
    "a name twice": (record(field({**FIXED, "name": "R"})), "a", "defines R again"),
    "aliases of no list": (record(aliases="Old"), "", "no list of names"),
    "aliases of no names": (record(field("int", aliases=[5])), "a", "no list of names"),
    "no symbols": ({"type": "enum", "name": "E"}, "", "without a list of symbols"),
    "a wrong symbol": ({**ENUM, "symbols": ["A-"]}, "", "without a list of symbols"),
    "a symbol twice": ({**ENUM, "symbols": ["A", "A"]}, "", "a symbol twice"),
    "an unknown default": ({**ENUM, "default": "B"}, "", "'B', which is no symbol of it"),
    "no size": ({"type": "fixed", "name": "F"}, "", "without a size in bytes"),
    "a negative size": ({**FIXED, "size": -1}, "", "without a size in bytes"),
    "a size that is true": ({**FIXED, "size": True}, "", "without a size in bytes"),
    "an empty union": (record(field([])), "a", "a union without branches"),
    "a union in a union": (record(field(["null", ["int"]])), "a", "a union within a union"),
    "a branch twice": (record(field(["int", "int"])), "a", "a union that has int twice"),
    "two arrays": ([nested(1), nested(2)], "", "twice"),
    "itself": (record(field("R")), "", "holds record R within itself without an end"),
    "itself by another": (
        record(field(record(field(["R"], "b"), name="S"))),
        "",
        "within itself without an end",
    ),
    "too deep": (nested(5000), "", "is nested too deeply"),
}
# A type, and what is no default of it.
NO_DEFAULTS = [
    ("null", 0),
    ("boolean", 1),
    ("int", True),
    ("int", 2**31),
    ("int", 1.5),
    ("long", 2**63),
    ("double", "1"),
    ("float", True),
    ("string", None),
    ("bytes", "\u0100"),
    (FIXED, "x"),
    (ENUM, "B"),
    (nested(1), [None]),
    (nested(1), {}),
    ({"type": "map", "values": "int"}, {"k": "v"}),
    (["null", "int"], "x"),
    (record(field("int", "b"), name="S"), {}),
    (record(field("int", "b"), name="S"), {"b": None}),
]
DEFAULTS = [
    ("null", None),
    ("boolean", False),
    ("int", -(2**31)),
    ("long", 2**63 - 1),
    ("double", 1),
    ("float", 0.5),
    ("string", "\u0100"),
    ("bytes", "\u00ff"),
    ("bytes", ""),
    (FIXED, "xy"),
    (ENUM, "A"),
    (nested(2), [[1], []]),
    ({"type": "map", "values": "int"}, {"k": 1}),
    (["null", "int"], 5),
    (record(field("int", "b", default=1), name="S"), {}),
]


@pytest.mark.parametrize("flaw", MALFORMED)
def test_what_is_no_schema_is_refused(flaw):
    """As a new version and as an older one, in its place, and without an exception."""
    schema, place, message = MALFORMED[flaw]

    (as_new,) = AvroCompatibility().judge(Mode.NONE, schema, {})
    (as_old,) = AvroCompatibility().judge(Mode.FULL, "int", {7: schema})

    assert (Kind.MALFORMED, place, None) == (as_new.kind, as_new.field, as_new.version)
    assert message in as_new.reason
    assert (Kind.MALFORMED, place, 7) == (as_old.kind, as_old.field, as_old.version)


@pytest.mark.parametrize(("type_", "default"), NO_DEFAULTS, ids=str)
def test_a_default_of_another_type_is_refused(type_, default):
    """It could never be read."""
    (finding,) = AvroCompatibility().judge(Mode.NONE, record(field(type_, default=default)), {})

    assert (Kind.MALFORMED, "a") == (finding.kind, finding.field)
    assert "which is not of its type" in finding.reason


@pytest.mark.parametrize(("type_", "default"), DEFAULTS, ids=str)
def test_a_default_of_its_type_is_one(type_, default):
    """Of a union, any branch's will do."""
    assert () == AvroCompatibility().judge(Mode.NONE, record(field(type_, default=default)), {})


@pytest.mark.parametrize(
    "back", [["null", "R"], {"type": "array", "items": "R"}, {"type": "map", "values": "R"}]
)
def test_a_record_that_can_end_is_a_schema(back):
    """By null, or by a list without items."""
    within = type_of(record(field(back))).fields[0].type

    assert "record R" in [str(part) for part in within.parts]


def test_names_are_resolved_in_their_namespace():
    """That of the type around, unless they say another."""
    schema = record(
        field({**FIXED, "namespace": "jars"}),
        field("jars.F", "b"),
        field(ENUM, "c"),
        field("E", "d"),
        field("pots.E", "e"),
        namespace="pots",
    )

    types = [each.type for each in type_of(schema).fields]

    assert ["jars.F", "jars.F", "pots.E", "pots.E", "pots.E"] == [each.name for each in types]
    assert 2 == len(set(types))
