"""JSON Schema (2020-12, so OpenAPI 3.1's too) of dataclasses, made from what validates them.

This loads all of pydantic: nothing that serves commands or queries should import it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema as core

from chalicelib.adapters.pydantic.core import Compiler
from chalicelib.kernel.forms import record_of
from chalicelib.kernel.values import ID_PATTERN


def input_schema(kind: type[Any]) -> dict[str, Any]:
    """Return the schema of what is parsed as a dataclass: a field with a default may be missing."""
    return _Generator().generate(Compiler(limited=True).schema(record_of(kind)), "validation")


def output_schema(kind: type[Any]) -> dict[str, Any]:
    """Return the schema of what a dataclass is written as: every field is there."""
    return _Generator().generate(Compiler(limited=True).schema(record_of(kind)), "serialization")


class _Generator(GenerateJsonSchema):
    """Says what is so here: money is a number, no id is a dot, objects are closed."""

    def decimal_schema(self, schema: core.DecimalSchema) -> dict[str, Any]:
        places, digits = schema.get("decimal_places"), schema.get("max_digits")
        step = None if places is None else Decimal(1).scaleb(-places)
        most = schema.get("le")
        if most is None and step is not None and digits is not None:
            most = step * (10**digits - 1)
        said = {
            "minimum": schema.get("ge"),
            "exclusiveMinimum": schema.get("gt"),
            "maximum": most,
            "multipleOf": step,
        }
        bounds = {name: _plain(value) for name, value in said.items() if value is not None}
        return {"type": "number", **bounds}

    def str_schema(self, schema: core.StringSchema) -> dict[str, Any]:
        said = super().str_schema(schema)
        if schema.get("pattern") == ID_PATTERN:
            said["not"] = {"enum": [".", ".."]}
        return said

    def dataclass_schema(self, schema: core.DataclassSchema) -> dict[str, Any]:
        return {**super().dataclass_schema(schema), "additionalProperties": False}

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def field_is_required(self, field: Any, total: bool) -> bool:  # noqa: FBT001 - pydantic's
        return self.mode == "serialization" or super().field_is_required(field, total)


def _plain(bound: Decimal) -> int | float:
    return int(bound) if bound == bound.to_integral_value() else float(bound)
