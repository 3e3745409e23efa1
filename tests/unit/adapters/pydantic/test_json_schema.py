from decimal import Decimal

import jsonschema
import pytest

from chalicelib.adapters.pydantic.json import read_json
from chalicelib.adapters.pydantic.json_schema import input_schema, output_schema
from chalicelib.adapters.pydantic.shapes import PydanticShapes
from chalicelib.wiring.contexts import CONTEXTS
from tests.contract.shapes import BOX, DATA, Box

pytestmark = pytest.mark.requirement("T17")

COMMANDS = [c for context in CONTEXTS for a in context.aggregates for c in a.commands]
DOCUMENTS = [p.document for context in CONTEXTS for p in context.projections]


def validator(schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    exact = read_json(
        PydanticShapes().to_json(schema)
    )  # 99.99 is a multiple of 0.01 in decimals only
    return jsonschema.Draft202012Validator(exact)


class TestInputSchema:
    def test_says_the_limits(self):
        """
        Money is a number of two places, an id a text of some characters but no dots, and so on.
        """
        properties = input_schema(Box)["properties"]

        assert {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 999999999999.99,
            "multipleOf": 0.01,
        } == properties["price"]
        assert {
            "type": "number",
            "minimum": 0,
            "maximum": 999999999999.99,
            "multipleOf": 0.01,
        } == properties["worth"]
        assert {
            "type": "string",
            "minLength": 1,
            "maxLength": 128,
            "pattern": "^[A-Za-z0-9._~-]{1,128}$",
            "not": {"enum": [".", ".."]},
        } == properties["boxId"]
        assert {"type": "number"} == properties["weight"]
        assert {"type": "boolean"} == properties["open"]
        assert {"type": "string", "format": "date-time"} == properties["sentAt"]
        assert {"type": "string", "format": "date"} == properties["day"]
        assert ["small", "large"] == properties["size"]["enum"]
        assert 3 == properties["parts"]["maxItems"]
        assert 1_000_000 == properties["parts"]["items"]["properties"]["count"]["maximum"]

    def test_is_closed_and_explained(self):
        """
        Unknown fields are no secret weapon, and a reader learns what the class means.
        """
        schema = input_schema(Box)

        assert False is schema["additionalProperties"]
        assert "A value of every kind that there is." == schema["description"]
        assert "Something in a box." == schema["properties"]["parts"]["items"]["description"]
        assert set(schema["properties"]) - set(schema["required"]) == {"note", "parts", "tags"}

    @pytest.mark.parametrize("kind", COMMANDS)
    def test_commands_have_one(self, kind):
        """
        Every command of every context can be described.
        """
        assert validator(input_schema(kind))

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("boxId", "."),
            ("boxId", "a/b"),
            ("price", Decimal("0.001")),
            ("price", 0),
            ("price", "1"),
            ("price", Decimal("1E+12")),
            ("turns", 2**63),
            ("open", "true"),
            ("size", "medium"),
            ("parts", [{}]),
            ("zest", 1),
        ],
    )
    def test_agrees_with_what_is_parsed(self, name, value):
        """
        What validation takes the schema takes, and what validation refuses it refuses.
        """
        check = validator(input_schema(Box))

        assert check.is_valid(DATA)
        assert not check.is_valid({**DATA, name: value})


class TestOutputSchema:
    def test_every_field_is_there(self):
        """
        What is written has its defaults written out.
        """
        schema = output_schema(Box)

        assert list(schema["properties"]) == schema["required"]
        assert validator(schema).is_valid(read_json(PydanticShapes().to_json(BOX)))

    @pytest.mark.parametrize("kind", DOCUMENTS)
    def test_documents_have_one(self, kind):
        """
        Every document of every read model can be described.
        """
        assert validator(output_schema(kind))
