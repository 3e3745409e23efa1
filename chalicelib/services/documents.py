"""What a document type lets a query ask for: its fields, their kinds and their stored scalars."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.forms import Choice, Maybe, Scalar, record_of
from chalicelib.kernel.values import from_minor_units, minor_units, read_day, read_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from chalicelib.services.read_models import Scalar as Stored

MAX_INTEGER: Final = 2**63 - 1
MAX_WORD: Final = 64
"""Characters of a word that count."""
MAX_WORDS: Final = 2_000
"""Words of a document that count."""
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of value is stored, read from a query's text, and shown.

    ``read`` raises ValueError on a text that is no such value.
    """

    name: str
    stored: type[str | int | bool]
    store: Callable[[Any], Stored]
    read: Callable[[str], Stored]
    show: Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Field:
    """A field that can be filtered by; sortable unless it may be missing."""

    attribute: str
    kind: Kind
    optional: bool
    choices: tuple[str, ...] = ()
    """All values that there can be, if they are known; the kind is text then."""


def _moment(value: datetime) -> str:
    text = value.astimezone(UTC).isoformat(timespec="microseconds")
    return text.replace("+00:00", "Z")


def _read_moment(text: str) -> str:
    return _moment(read_moment(text.replace(" ", "+")))  # a plus in a query string is a space


def _integer(value: int) -> int:
    if abs(value) > MAX_INTEGER:
        message = "a whole number beyond 64 bits can't be stored"
        raise ValueError(message)
    return value


def _read_integer(text: str) -> int:
    return _integer(int(_plain(text)))


def _read_money(text: str) -> int:
    return _amount(Decimal(_plain(text)))


def _plain(text: str) -> str:
    """Refuse what Python reads as a number and JSON doesn't: signs, underscores, other digits."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return text


def _amount(value: Decimal) -> int:
    return _integer(minor_units(value))


def _read_flag(text: str) -> bool:
    return {"true": True, "false": False}[text]


def _same(value: Any) -> Any:
    return value


_CHOICE: Final = Kind("text", str, lambda value: str(value.value), str, _same)
_KINDS: Final[Mapping[type, Kind]] = {
    bool: Kind("boolean", bool, _same, _read_flag, bool),
    int: Kind("integer", int, _integer, _read_integer, _same),
    Decimal: Kind("amount", int, _amount, _read_money, from_minor_units),
    datetime: Kind("time", str, _moment, _read_moment, _same),
    date: Kind("day", str, date.isoformat, lambda text: read_day(text).isoformat(), _same),
    str: Kind("text", str, _same, str, _same),
}


def fields_of(document: type[Any]) -> Mapping[str, Field]:
    """Return the scalar fields of a document type by their outside names."""
    return _fields_of(document)  # type: ignore[arg-type] # mypy takes the instances' __hash__ for the class's


@cache
def _fields_of(document: type[Any]) -> Mapping[str, Field]:
    found = {}
    for name, member in record_of(document).members.items():
        optional = isinstance(member.form, Maybe)
        match member.form.form if isinstance(member.form, Maybe) else member.form:
            case Scalar(kind):
                found[name] = Field(member.field.name, _KINDS[kind], optional)
            case Choice() as choice:
                values = tuple(choice.values)
                found[name] = Field(member.field.name, _CHOICE, optional, values)
    return found


def stored_types(document: type[Any]) -> Mapping[str, type[Stored]]:
    """Return as what the fields of a document type are stored."""
    return {name: field.kind.stored for name, field in fields_of(document).items()}


def words_of(text: str) -> list[str]:
    """Return the words of a text as searched: runs of letters and digits, NFKC, case-folded."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def index_words(value: object) -> frozenset[str]:
    """Return all words in the texts of a document, however deep, as far as an index holds them."""
    found = sorted({word[:MAX_WORD] for text in _texts(value) for word in words_of(text)})
    return frozenset(found[:MAX_WORDS])


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))


def index_fields(document: object) -> dict[str, Stored]:
    """Return what a query can see of a document."""
    found: dict[str, Stored] = {}
    for name, field in fields_of(type(document)).items():
        value = getattr(document, field.attribute)
        found[name] = None if value is None else field.kind.store(value)
    return found
