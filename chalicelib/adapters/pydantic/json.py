"""JSON, exactly: decimals stay decimals, and what two readers could take differently is refused."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

import simplejson

from chalicelib.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MAX_DEPTH: Final = 32
"""Levels of arrays and objects."""
MAX_DIGITS: Final = 100
"""Of a number, its exponent written out: beyond any use, and still cheap to reckon with."""
_MAX_NAME: Final = 100
_MARK: Final = "\ufeff"
_MARKS: Final = (_MARK, _MARK.encode().decode("latin-1"))


def read_json(raw: bytes) -> Any:
    """Return what a body of unknown origin says; a number is an int or, with a point, a Decimal.

    Raises InvalidInput for what is not UTF-8 or not JSON, a name that an object has twice, NaN and
    Infinity, a number of more than 100 digits, and more than 32 levels.
    """
    try:
        data = simplejson.loads(
            _text(raw),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_decimal,
            allow_nan=False,
        )
    except UnicodeDecodeError as error:
        raise InvalidInput(f"this is not UTF-8, at byte {error.start}") from None
    except simplejson.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        # The library leaves a place for the character, which may be one that can't be shown.
        what = error.msg.replace(" %r", "").removesuffix(" at")
        raise InvalidInput(f"this is not JSON, at {where}: {what}") from None
    except RecursionError:
        raise _too_deep() from None
    if _nested(data):
        raise _too_deep()
    return data


def write_json(
    value: Any, default: Callable[[Any], Any] | None = None, *, canonical: bool = False
) -> bytes:
    """Return plain data as UTF-8 without white space; canonical: with sorted names."""
    text = simplejson.dumps(
        value,
        default=default,
        use_decimal=True,
        sort_keys=canonical,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )
    return text.encode()


def _text(raw: bytes) -> str:
    """Decode; the library would pass over a byte order mark, also over one that was garbled."""
    text = raw.decode()
    if text.startswith(_MARKS):
        raise InvalidInput("this is not JSON, at line 1, column 1: a byte order mark is none of it")
    return text


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise InvalidInput(f"an object has the name {name[:_MAX_NAME]!r} twice")
        found[name] = value
    return found


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise _too_long()
    return int(text)


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent of 19 digits
        raise _too_long() from None
    if len(text) > MAX_DIGITS or abs(number.adjusted()) > MAX_DIGITS:
        raise _too_long()
    return number


def _too_long() -> InvalidInput:
    return InvalidInput(f"a number has more than {MAX_DIGITS} digits")


def _nested(data: Any) -> bool:
    """Tell whether containers lie deeper than allowed; level by level, as recursion could end."""
    nodes = [data]
    for _ in range(MAX_DEPTH):
        nodes = [child for node in nodes for child in _children(node)]
    return any(isinstance(node, dict | list) for node in nodes)


def _children(node: Any) -> Iterable[Any]:
    match node:
        case dict():
            return node.values()
        case list():
            return node
        case _:
            return ()


def _too_deep() -> InvalidInput:
    return InvalidInput(f"the JSON has more than {MAX_DEPTH} levels")
