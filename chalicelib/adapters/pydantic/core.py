"""From a form to the schema that pydantic's core compiles.

Strict as JSON is: nothing is coerced, and no field is unknown. ``limited`` tells whether the
kernel's Limits count: at the edge they do, in history never.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass
from enum import Enum

from pydantic_core import CoreSchema, PydanticKnownError
from pydantic_core import core_schema as core

from chalicelib.adapters.pydantic.scalars import scalar
from chalicelib.kernel.forms import Choice, Form, Many, Maybe, Member, Record, Scalar


@dataclass(frozen=True, slots=True)
class Compiler:
    """Turns forms into core schemas."""

    limited: bool

    def schema(self, form: Form) -> CoreSchema:
        """Return the core schema of a form."""
        match form:
            case Scalar():
                return scalar(form, limited=self.limited)
            case Choice():
                plain = core.plain_serializer_function_ser_schema(_plain)
                return core.enum_schema(
                    form.kind, list(form.kind), sub_type="str", serialization=plain
                )
            case Many():
                return self._many(form)
            case Maybe():
                return core.nullable_schema(self.schema(form.form))
            case Record():
                return self._record(form)

    def _many(self, form: Many) -> CoreSchema:
        items = core.tuple_schema(
            [self.schema(form.item)],
            variadic_item_index=0,
            min_length=form.limits.min_length if self.limited else None,
            max_length=form.limits.max_length if self.limited else None,
        )
        if not self.limited or form.limits.max_length is None:
            return items
        # Judged first: else each of a million wrong items is found to be wrong, one by one.
        return core.no_info_before_validator_function(_at_most(form.limits.max_length), items)

    def _record(self, form: Record) -> CoreSchema:
        fields = [self._field(name, member) for name, member in form.members.items()]
        return core.dataclass_schema(
            form.kind,
            core.dataclass_args_schema(form.kind.__name__, fields, extra_behavior="forbid"),
            [field["name"] for field in fields],
            slots="__slots__" in vars(form.kind),
            post_init=hasattr(form.kind, "__post_init__"),
        )

    def _field(self, name: str, member: Member) -> core.DataclassField:
        schema, field = self.schema(member.form), member.field
        if field.default is not MISSING:
            schema = core.with_default_schema(schema, default=field.default)
        elif field.default_factory is not MISSING:
            schema = core.with_default_schema(schema, default_factory=field.default_factory)
        return core.dataclass_field(
            field.name, schema, kw_only=True, validation_alias=name, serialization_alias=name
        )


def _at_most(length: int) -> Callable[[object], object]:
    def check(value: object) -> object:
        if isinstance(value, list) and len(value) > length:
            found = {"field_type": "Tuple", "max_length": length, "actual_length": len(value)}
            raise PydanticKnownError("too_long", found)
        return value

    return check


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else value
