import pytest

from chalicelib.adapters.avro.circles import endless
from chalicelib.adapters.avro.definitions import fingerprint_of, full_name, is_event, parsed
from tests.contract.schema_registry import a_schema

pytestmark = [pytest.mark.requirement("R8"), pytest.mark.requirement("T3")]

NODE = "nexus.pots.Node"


def field(name, type_):
    return {"name": name, "type": type_}


def record(name, *types):
    fields = [field(f"f{number}", type_) for number, type_ in enumerate(types)]
    return {"type": "record", "name": name, "fields": fields}


class TestFingerprint:
    @pytest.mark.parametrize(
        ("schema", "signed"),
        [
            ({"type": "null"}, 7195948357588979594),
            ({"type": "boolean"}, -6970731678124411036),
            ({"type": "int"}, 8247732601305521295),
            (
                {"type": "record", "name": "foo", "fields": [field("f1", "boolean")]},
                7843277075252814651,
            ),
        ],
        ids=str,
    )
    def test_is_the_one_of_avros_own_table(self, schema, signed):
        """
        As share/test/data/schema-tests.txt of Apache Avro has it, in a frame's byte order.
        """
        assert signed.to_bytes(8, "little", signed=True) == fingerprint_of(schema)


class TestEndless:
    @pytest.mark.parametrize(
        "schema",
        [
            record("a", "a"),
            record("a", record("b", "a")),
            record("a", record("b", "b")),
            record("a", "long", record("b", record("c", "long", "b"))),
            record("a", {"type": "array", "items": record("b", "b")}),
            record("a", ["null", record("b", record("c", "b"))]),
        ],
        ids=range(6),
    )
    def test_is_what_has_to_contain_itself(self, schema):
        """
        At once, or through others; also where the endless record itself may be left out.
        """
        assert endless(schema) in {"a", "b", "c"}

    @pytest.mark.parametrize(
        "schema",
        [
            record("a", "long"),
            record("a", ["null", "a"]),
            record("a", {"type": "array", "items": "a"}),
            record("a", {"type": "map", "values": "a"}),
            record("a", record("b", "long"), "b"),
            record("a", record("b", ["null", "a"]), "b"),
        ],
        ids=range(6),
    )
    def test_is_not_what_may_end(self, schema):
        """
        A list or a choice may be empty; the same record twice is no circle.
        """
        assert endless(schema) is None


class TestParsed:
    def test_takes_a_tree(self):
        """
        A record may contain itself where a value can end.
        """
        tree = record("Node", {"type": "array", "items": NODE})
        definition = a_schema("PotFired", {**field("tree", tree), "doc": "Of pots."})

        assert definition == parsed(
            str(definition).replace("'", '"').replace("None", "null"), ("nexus.pots.PotFired")
        )

    @pytest.mark.parametrize("depth", [5_000, 200_000])
    def test_refuses_what_is_too_deep(self, depth):
        """
        However deep: no stack overflows. How deep JSON may be is for Python's version to say.
        """
        text = '{"type":"array","items":' * depth + '"int"' + "}" * depth

        with pytest.raises(ValueError, match=r"no Avro schema|the schema of something else"):
            parsed(text, "nexus.pots.PotFired")


class TestNames:
    def test_of_events_have_their_context_in_avro(self):
        """
        And the platform's own do not.
        """
        names = [full_name("orders.OrderPlaced"), full_name("nexus.Commit")]

        assert ["nexus.orders.OrderPlaced", "nexus.Commit"] == names

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("orders.OrderPlaced", True),
            ("nexus.Commit", False),
            ("orders.order_placed", False),
            ("Orders.OrderPlaced", False),
            ("orders", False),
            ("a.b.OrderPlaced", False),
            ("orders.OrderPlaced-value", False),
            ("orders.OrderPlaced\n", False),
            ("", False),
        ],
    )
    def test_of_events_are_known(self, name, expected):
        """
        Of all that others may keep in the same registry.
        """
        assert expected == is_event(name)
