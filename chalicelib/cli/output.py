"""What is said: tables for people, JSON for scripts, one sentence for what went wrong."""

from __future__ import annotations

import os
import sys
from dataclasses import is_dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

_WIDE: Final = 200
"""Columns of a table that goes into a file or a pipe, unless COLUMNS says otherwise."""


def emit(data: object) -> None:
    """Write plain data as JSON; decimals stay exact, times are in UTC."""
    sys.stdout.write(f"{as_json(data, indent=2)}\n")


def as_json(data: object, indent: int | None = None) -> str:
    """Return plain data, or a dataclass, as JSON."""
    import simplejson

    text: str = simplejson.dumps(
        data,
        default=_plain,
        encoding=None,  # else bytes would be taken for text
        use_decimal=True,
        ensure_ascii=False,
        allow_nan=False,
        indent=indent,
    )
    return text


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table; one without rows says so."""
    from rich.table import Table
    from rich.text import Text

    sheet = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for column in columns:
        sheet.add_column(column, overflow="fold")
    for row in rows:
        sheet.add_row(*(Text(shown(cell)) for cell in row))
    if not sheet.row_count:
        say(f"{title}: none")
        return
    console().print(sheet)


def say(text: str) -> None:
    """Write a line, or what has some."""
    sys.stdout.write(f"{shown(text)}\n")


def shown(value: object) -> str:
    """Return a value as a person reads it; what would steer a terminal is made visible."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return moment(value)
        case _:
            return "".join(map(_visible, str(value)))


def moment(at: datetime) -> str:
    """Return a time as RFC 3339 has it, in UTC and to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def console(*, to_stderr: bool = False) -> Console:
    """Return a console that takes texts as they are."""
    from rich.console import Console

    stream = sys.stderr if to_stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else _WIDE
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False)


def _visible(letter: str) -> str:
    return letter if letter.isprintable() or letter == "\n" else f"\\x{ord(letter):02x}"


def _plain(value: Any) -> Any:
    from chalicelib.adapters.pydantic.shapes import PydanticShapes

    match value:
        case datetime():
            return moment(value)
        case date():
            return value.isoformat()
        case bytes():
            return value.hex()
        case _ if is_dataclass(value):
            return PydanticShapes().dump(value)
        case _:
            message = f"a {type(value).__name__} has no form in JSON"
            raise TypeError(message)
