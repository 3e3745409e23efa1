"""Forms: what a dataclass of plain values is made of, read from its type hints once."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, TypeAlias, Union, get_args, get_origin, get_type_hints

from chalicelib.kernel.errors import Misconfigured
from chalicelib.kernel.naming import camel
from chalicelib.kernel.values import Limits

SCALARS: Final = (bool, int, str, Decimal, datetime, date)
_UNLIMITED: Final = Limits()


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value; ``kind`` is one of SCALARS."""

    kind: type[Any]
    limits: Limits


@dataclass(frozen=True, slots=True)
class Choice:
    """One member of an enumeration whose values are texts."""

    kind: type[Enum]

    @property
    def values(self) -> list[str]:
        """The texts to choose from."""
        return [member.value for member in self.kind]


@dataclass(frozen=True, slots=True)
class Many:
    """A tuple of any length; the limits are those of its length."""

    item: Form
    limits: Limits


@dataclass(frozen=True, slots=True)
class Maybe:
    """A value, or None."""

    form: Form


@dataclass(frozen=True, slots=True)
class Record:
    """A dataclass; ``members`` by their outside names."""

    kind: type[Any]
    members: Mapping[str, Member]


@dataclass(frozen=True, slots=True)
class Member:
    """A field of a dataclass."""

    field: dataclasses.Field[Any]
    form: Form


Form: TypeAlias = Scalar | Choice | Many | Maybe | Record


def record_of(kind: type[Any]) -> Record:
    """Return the form of a dataclass; raises Misconfigured for a field that has none."""
    return _record_of(kind)  # type: ignore[arg-type] # mypy takes the instances' __hash__ for the class's


@cache
def _record_of(kind: type[Any]) -> Record:
    hints = get_type_hints(kind, include_extras=True)
    members = {
        camel(field.name): Member(field, _form(hints[field.name], f"{kind.__name__}.{field.name}"))
        for field in dataclasses.fields(kind)
    }
    return Record(kind, members)


def _form(hint: Any, place: str, limits: Limits = _UNLIMITED) -> Form:
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _form(args[0], place, next((a for a in args if isinstance(a, Limits)), limits))
    if origin is tuple and args[1:] == (...,):
        return Many(_form(args[0], place), limits)
    if origin in (Union, UnionType) and len(args) == 2 and NoneType in args:  # noqa: PLR2004 - X | None
        return Maybe(_form(next(a for a in args if a is not NoneType), place))
    if hint in SCALARS:
        return Scalar(hint, limits)
    if isinstance(hint, type) and issubclass(hint, Enum) and all(_text(m) for m in hint):
        return Choice(hint)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return record_of(hint)
    message = f"{place} is {hint}; a message can't hold that, as no schema could say it exactly"
    raise Misconfigured(message)


def _text(member: Enum) -> bool:
    return isinstance(member.value, str)


def outline(form: Form) -> Any:
    """Return the names and types of a form as plain data: equal for forms that JSON can't tell."""
    match form:
        case Scalar():
            return form.kind.__name__
        case Choice():
            return {"choice": sorted(form.values)}
        case Many():
            return {"many": outline(form.item)}
        case Maybe():
            return {"maybe": outline(form.form)}
        case Record():
            return {"record": {name: outline(m.form) for name, m in form.members.items()}}
