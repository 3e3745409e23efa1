"""Which changes of a schema are refused in which mode, and in which words."""

import json

import pytest

from chalicelib.adapters.avro.compatibility import AvroCompatibility
from chalicelib.services.governance.compatibility import Direction, Kind, Mode

pytestmark = pytest.mark.requirement("T3")

BACKWARD, FORWARD = Direction.BACKWARD, Direction.FORWARD
MICROS = {"type": "long", "logicalType": "timestamp-micros"}
MILLIS = {"type": "long", "logicalType": "timestamp-millis"}
MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 14, "scale": 2}
GRADE = {"type": "enum", "name": "Grade", "symbols": ["A", "B"]}
TREE = {
    "type": "record",
    "name": "Tree",
    "fields": [
        {"name": "label", "type": "string"},
        {"name": "children", "type": {"type": "array", "items": "Tree"}},
    ],
}


def record(*fields, **said):
    return {"type": "record", "name": "Fired", "namespace": "pots", "fields": list(fields), **said}


def field(type_, name="a", **said):
    return {"name": name, "type": type_, **said}


def judged(mode, new, *older):
    return AvroCompatibility().judge(mode, new, dict(enumerate(older, start=1)))


def told(findings):
    return {(each.direction, each.kind, each.field) for each in findings}


def changed(old, new):
    """What stands against the change of a field's type, in both directions."""
    return told(judged(Mode.FULL, record(field(new)), record(field(old))))


def both(kind, place="a"):
    return {(BACKWARD, kind, place), (FORWARD, kind, place)}


class TestTypes:
    @pytest.mark.parametrize(
        ("narrow", "wide"),
        [
            ("int", "long"),
            ("int", "float"),
            ("int", "double"),
            ("long", "float"),
            ("long", "double"),
            ("float", "double"),
        ],
    )
    def test_a_number_may_only_become_wider(self, narrow, wide):
        """
        And in the other direction it may only have been narrower.
        """
        assert {(FORWARD, Kind.TYPE, "a")} == changed(narrow, wide)
        assert {(BACKWARD, Kind.TYPE, "a")} == changed(wide, narrow)

    def test_text_and_bytes_are_read_as_each_other(self):
        """
        Both ways.
        """
        assert set() == changed("string", "bytes") | changed("bytes", "string")

    @pytest.mark.parametrize("other", ["boolean", "null", "long", {"type": "map", "values": "int"}])
    def test_other_types_are_not(self, other):
        """
        Neither way.
        """
        assert both(Kind.TYPE) == changed("string", other)

    @pytest.mark.parametrize("box", [("array", "items"), ("map", "values")])
    def test_what_is_within_counts(self, box):
        """
        In the items of an array and in the values of a map.
        """
        kind, inner = box
        old, new = ({"type": kind, inner: each} for each in ("int", "long"))

        assert {(FORWARD, Kind.TYPE, "a")} == changed(old, new)

    def test_a_fixed_keeps_its_size(self):
        """
        One byte more, and all that follows would be misread.
        """
        one, two = ({"type": "fixed", "name": "Hash", "size": size} for size in (1, 2))

        assert both(Kind.SIZE) == changed(one, two)

    def test_a_union_may_only_grow(self):
        """
        A branch more is something an older version can't read.
        """
        assert {(FORWARD, Kind.TYPE, "a")} == changed("string", ["null", "string"])
        assert {(FORWARD, Kind.BRANCH, "a")} == changed(
            ["null", "string"], ["null", "string", "int"]
        )
        assert {(BACKWARD, Kind.BRANCH, "a")} == changed(["null", "int"], ["null"])

    def test_each_branch_that_a_reader_might_take_has_to_do(self):
        """
        For an int, some take the first branch that it may be, and some the one that is an int.
        """
        old = record(field("int"))
        first, later = record(field([MICROS, "int"])), record(field(["int", MICROS]))

        assert {(BACKWARD, Kind.LOGICAL, "a")} == told(judged(Mode.BACKWARD, first, old))
        assert () == judged(Mode.BACKWARD, later, old)


class TestNames:
    def test_the_namespace_does_not_count(self):
        """
        The specification compares the unqualified names.
        """
        moved = record(field("int"), namespace="jars")

        assert () == judged(Mode.FULL, moved, record(field("int")))

    @pytest.mark.parametrize("alias", ["Fired", "pots.Fired"])
    def test_an_alias_is_for_the_reader_that_has_it(self, alias):
        """
        The new version knows the old name, the old one does not know the new one.
        """
        renamed = record(field("int"), name="Burnt", aliases=[alias])

        findings = judged(Mode.FULL, renamed, record(field("int")))

        assert {(FORWARD, Kind.NAME, "")} == told(findings)

    def test_an_alias_in_another_namespace_is_none(self):
        """
        Aliases are compared with their namespaces.
        """
        renamed = record(field("int"), name="Burnt", aliases=["jars.Fired"])

        assert both(Kind.NAME, "") == told(judged(Mode.FULL, renamed, record(field("int"))))

    def test_a_renamed_field_needs_an_alias(self):
        """
        And helps only who has it.
        """
        old, new = record(field("int")), record(field("int", "b", aliases=["a"]))

        assert {(FORWARD, Kind.DEFAULT, "a")} == told(judged(Mode.FULL, new, old))

    def test_two_fields_are_not_read_from_one(self):
        """
        Readers do different things there.
        """
        old = record(field("int"))
        new = record(field("int"), field("int", "b", aliases=["a"]))

        assert {(BACKWARD, Kind.AMBIGUOUS, "b")} == told(judged(Mode.BACKWARD, new, old))

    def test_one_field_is_not_read_from_two(self):
        """
        Likewise.
        """
        old = record(field("int"), field("int", "b"))
        new = record(field("int", aliases=["b"]))

        assert {(BACKWARD, Kind.AMBIGUOUS, "a")} == told(judged(Mode.BACKWARD, new, old))


class TestFields:
    def test_a_new_field_needs_a_default(self):
        """
        To read events that don't have it; old versions pass it over.
        """
        old, new = record(), record(field("int"))

        assert {(BACKWARD, Kind.DEFAULT, "a")} == told(judged(Mode.FULL, new, old))
        assert () == judged(Mode.FULL, record(field("int", default=0)), old)

    def test_a_field_that_goes_must_have_had_a_default(self):
        """
        For the old versions, which still look for it.
        """
        assert {(FORWARD, Kind.DEFAULT, "a")} == told(
            judged(Mode.FULL, record(), record(field("int")))
        )
        assert () == judged(Mode.FULL, record(), record(field("int", default=0)))

    def test_the_order_does_not_count(self):
        """
        Fields are found by name.
        """
        one, other = field("int"), field("string", "b")

        assert () == judged(Mode.FULL, record(other, one), record(one, other))

    def test_a_place_within_is_a_dotted_path(self):
        """
        Through arrays, maps, unions and records.
        """
        inner = {"type": "record", "name": "Line", "fields": [field("int", "count")]}
        old = record(field(["null", {"type": "array", "items": inner}], "lines"))
        new = json.loads(json.dumps(old).replace('"int"', '"string"'))

        assert both(Kind.TYPE, "lines.count") == told(judged(Mode.FULL, new, old))


class TestEnums:
    def test_a_symbol_more_is_unknown_to_old_versions(self):
        """
        Unless they have a default for what they don't know.
        """
        more = {**GRADE, "symbols": ["A", "B", "C"]}

        assert {(FORWARD, Kind.SYMBOLS, "a")} == changed(GRADE, more)
        assert set() == changed({**GRADE, "default": "A"}, more)

    def test_a_symbol_less_is_unknown_to_the_new_one(self):
        """
        Likewise.
        """
        less = {**GRADE, "symbols": ["A"]}

        assert {(BACKWARD, Kind.SYMBOLS, "a")} == changed(GRADE, less)
        assert set() == changed(GRADE, {**less, "default": "A"})

    def test_the_default_of_a_field_is_no_default_of_its_enum(self):
        """
        It stands for a field that is not there.
        """
        old = record(field(GRADE))
        new = record(field({**GRADE, "symbols": ["A"]}, default="A"))

        assert {(BACKWARD, Kind.SYMBOLS, "a")} == told(judged(Mode.FULL, new, old))


class TestLogicalTypes:
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (MONEY, {**MONEY, "scale": 3}),
            (MONEY, {**MONEY, "precision": 15}),
            (MICROS, MILLIS),
            (MICROS, {**MICROS, "logicalType": "local-timestamp-micros"}),
            ("long", MICROS),
            (MONEY, "bytes"),
            ("string", {"type": "string", "logicalType": "uuid"}),
            ({"type": "int", "logicalType": "date"}, "long"),
        ],
        ids=["scale", "precision", "unit", "zone", "added", "removed", "text", "promoted"],
    )
    def test_the_meaning_stays(self, old, new):
        """
        Avro would read the bytes, and a price of 12.50 would be one of 1.250.
        """
        assert Kind.LOGICAL in {kind for _, kind, _ in changed(old, new)}
        assert {BACKWARD} <= {direction for direction, _, _ in changed(old, new)}

    def test_a_scale_left_out_is_zero(self):
        """
        As the specification says, so this is no change.
        """
        whole = {**MONEY, "scale": 0}

        assert set() == changed(whole, {key: whole[key] for key in whole if key != "scale"})


class TestRecursion:
    def test_a_type_may_lead_to_itself(self):
        """
        It is compared once.
        """
        assert set() == changed(TREE, TREE)

    def test_a_change_within_is_found(self):
        """
        Where the type is met first.
        """
        new = json.loads(json.dumps(TREE).replace('"string"', '"boolean"'))

        assert both(Kind.TYPE, "a.label") == changed(TREE, new)

    def test_long_ways_round_are_no_matter(self):
        """
        Two rings of records meet in each of 47 times 53 ways, deeper than Python's stack; one
        record of the new ring needs what none of the old one has.
        """

        def ring(size, *more):
            inner = ["null", "n0.R"]
            for number in reversed(range(size)):
                fields = [field(inner, "next"), *(more if number == size - 1 else ())]
                inner = ["null", record(*fields, name=f"n{number}.R")]
            return inner[1]

        new, old = ring(53, field("int", "extra")), ring(47)

        assert 47 == len(judged(Mode.BACKWARD, new, old))
        assert () == judged(Mode.FORWARD, new, old)


class TestModes:
    FIRST = record()
    SECOND = record(field("int", default=0))
    THIRD = record(field("int"))
    """Reads the second and is read by all; the first it can't read."""

    @pytest.mark.parametrize(
        ("mode", "versions"),
        [
            (Mode.NONE, []),
            (Mode.DISABLED, [2]),
            (Mode.BACKWARD, []),
            (Mode.BACKWARD_ALL, [1]),
            (Mode.FORWARD, []),
            (Mode.FORWARD_ALL, []),
            (Mode.FULL, []),
            (Mode.FULL_ALL, [1]),
        ],
    )
    def test_a_mode_says_who_has_to_read_whom(self, mode, versions):
        """
        The version before it, or all of them.
        """
        findings = judged(mode, self.THIRD, self.FIRST, self.SECOND)

        assert versions == [each.version for each in findings]

    @pytest.mark.parametrize(
        ("mode", "directions"),
        [
            (Mode.NONE, set()),
            (Mode.BACKWARD, {BACKWARD}),
            (Mode.FORWARD_ALL, {FORWARD}),
            (Mode.FULL, {BACKWARD, FORWARD}),
        ],
    )
    def test_a_mode_looks_no_other_way(self, mode, directions):
        """
        What can't be read in either direction is refused in those of the mode.
        """
        findings = judged(mode, record(field("string")), record(field("int")))

        assert directions == {each.direction for each in findings}

    @pytest.mark.parametrize("mode", Mode)
    def test_a_first_version_may_be_anything(self, mode):
        """
        In every mode: DISABLED is about those that follow.
        """
        assert () == judged(mode, self.FIRST)

    def test_disabled_refuses_even_the_same(self):
        """
        There is no new version.
        """
        assert [Kind.DISABLED] == [
            each.kind for each in judged(Mode.DISABLED, self.FIRST, self.FIRST)
        ]

    def test_versions_go_by_number(self):
        """
        The one before is that with the highest, in whichever order they come.
        """
        findings = AvroCompatibility().judge(
            Mode.BACKWARD, self.THIRD, {12: self.FIRST, 9: self.SECOND}
        )

        assert [12] == [each.version for each in findings]

    def test_confluents_names_are_understood(self):
        """
        Of the transitive modes; other words are none.
        """
        assert [Mode.BACKWARD_ALL, Mode.FORWARD_ALL, Mode.FULL_ALL] == [
            Mode(f"{stem}_TRANSITIVE") for stem in ("BACKWARD", "FORWARD", "FULL")
        ]
        for word in ("NONE_TRANSITIVE", "BACKWARD_TRANSITIVELY", "", "backward"):
            with pytest.raises(ValueError, match="is not a valid Mode"):
                Mode(word)


class TestGovernance:
    @pytest.mark.parametrize("mode", [Mode.NONE, Mode.BACKWARD, Mode.FULL_ALL])
    def test_the_declared_compatibility_stays(self, mode):
        """
        Else one version would loosen it, and the next be anything.
        """
        old, new = (record(nexus={"compatibility": each}) for each in ("FULL", "BACKWARD"))

        (finding,) = judged(mode, new, old)

        assert (Kind.GOVERNANCE, "", 1) == (finding.kind, finding.field, finding.version)
        assert "declares the compatibility BACKWARD, and version 1 FULL" in str(finding)

    def test_it_can_not_be_dropped(self):
        """
        A schema that no longer says so is another one.
        """
        old = record(nexus={"compatibility": "FULL"})

        assert [Kind.GOVERNANCE] == [each.kind for each in judged(Mode.NONE, record(), old)]


class TestWords:
    def test_what_to_do_depends_on_the_direction(self):
        """
        The new version can still be changed, the old ones can't.
        """
        old, new = record(field("int")), record(field("string", "b"))

        assert [
            "b is not in version 1, and the new version has no default for it: give it a default",
            "a is not in the new version, and version 1 has no default for it: keep the field",
        ] == [str(each).partition(" (")[0] for each in judged(Mode.FULL, new, old)]

    def test_a_change_of_meaning_is_told(self):
        """
        With both meanings.
        """
        (finding,) = judged(
            Mode.BACKWARD, record(field({**MONEY, "scale": 3})), record(field(MONEY))
        )

        assert (
            "a may be decimal(14,2) in version 1, and the new version would misread the same bytes "
            "as decimal(14,3): keep decimal(14,2), and say what is new in a field of another name, "
            "with a default"
        ) == str(finding)
