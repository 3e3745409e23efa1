"""Shapes by pydantic's core: each dataclass is compiled once, when it is first met."""

from __future__ import annotations

import hashlib
from dataclasses import is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache, cached_property
from typing import Any, TypeVar, cast

import simplejson
from pydantic_core import SchemaSerializer, SchemaValidator, ValidationError

from chalicelib.adapters.pydantic.core import Compiler
from chalicelib.adapters.pydantic.faults import faults
from chalicelib.adapters.pydantic.json import write_json
from chalicelib.kernel.errors import InvalidInput
from chalicelib.kernel.forms import outline, record_of

T = TypeVar("T")


class PydanticShapes:
    """The Shapes port. What it compiles is shared by all instances and threads."""

    def parse(self, kind: type[T], data: Any) -> T:
        """Validate JSON data of unknown origin (decimals as Decimal); raises InvalidInput."""
        try:
            return cast("T", _compiled(kind).edge.validate_python(data))
        except ValidationError as error:
            message = f"this is no valid {kind.__name__}"
            # From None, as pydantic's own words would carry personal input to the logs.
            raise InvalidInput(message, faults(error)) from None

    def restore(self, kind: type[T], data: Any) -> T:
        """Return what ``dump`` made plain; checks types and no limits. Raises ValueError."""
        try:
            return cast("T", _compiled(kind).history.validate_python(data))
        except ValidationError as error:
            found = "; ".join(f"{fault.pointer} {fault.message}" for fault in faults(error))
            message = f"this is no {kind.__name__}: {found}"
            raise ValueError(message) from None

    def dump(self, value: object) -> Any:
        """Return a dataclass as plain data, as it is: nothing is checked."""
        if not is_dataclass(value):
            return value
        return _compiled(type(value)).plain.to_python(value, by_alias=True, warnings=False)

    def to_json(self, value: object, *, canonical: bool = False) -> bytes:
        """Return a dataclass, or plain data with dataclasses in it, as JSON without white space."""
        return write_json(self.dump(value), self._text, canonical=canonical)

    def from_json(self, kind: type[T], text: bytes) -> T:
        """Read what ``to_json`` wrote, whatever the limits are by now; raises ValueError."""
        try:
            data = simplejson.loads(text, use_decimal=True, allow_nan=False)
        except (ArithmeticError, RecursionError) as error:
            message = f"this is no {kind.__name__}: {error}"
            raise ValueError(message) from error
        return self.restore(kind, data)

    def digest(self, kind: type[Any]) -> str:
        """Return 16 hex digits of the SHA-256 of the form: names and types, without limits."""
        return hashlib.sha256(write_json(outline(record_of(kind)), canonical=True)).hexdigest()[:16]

    def _text(self, value: object) -> Any:
        match value:
            case datetime():
                return _moment(value)
            case date():
                return value.isoformat()
            case Enum():
                return value.value
            case _ if is_dataclass(value):
                return self.dump(value)
            case _:
                message = f"{type(value).__name__} has no form in JSON"
                raise TypeError(message)


def _moment(value: datetime) -> str:
    if value.tzinfo is None:
        message = f"{value} has no time zone"
        raise ValueError(message)
    text = value.astimezone(UTC).isoformat(timespec="microseconds")
    return text.replace("+00:00", "Z")


class _Compiled:
    """A dataclass, compiled as far as it was asked for."""

    def __init__(self, kind: type[Any]) -> None:
        self._record = record_of(kind)

    @cached_property
    def edge(self) -> SchemaValidator:
        return SchemaValidator(Compiler(limited=True).schema(self._record))

    @cached_property
    def history(self) -> SchemaValidator:
        return SchemaValidator(Compiler(limited=False).schema(self._record))

    @cached_property
    def plain(self) -> SchemaSerializer:
        return SchemaSerializer(Compiler(limited=False).schema(self._record))


_compile = cache(_Compiled)


def _compiled(kind: type[Any]) -> _Compiled:
    return _compile(kind)  # type: ignore[arg-type] # mypy takes the instances' __hash__ for the class's
