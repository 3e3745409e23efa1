"""Header values, read: each function returns what a value says, or raises InvalidInput."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from chalicelib.entrypoints.http.errors import UnsupportedMediaType
from chalicelib.kernel.errors import Fault, InvalidInput
from chalicelib.kernel.values import is_identifier, read_moment

if TYPE_CHECKING:
    from datetime import datetime

MAX_VERSION: Final = 10**18 - 1
_VERSION: Final = re.compile(r'"(0|[1-9][0-9]{0,17})(?:\.[0-9a-f]{16})?"')
_WAIT: Final = re.compile(
    r'(?:^|,)\s*wait\s*=\s*"?(\d{1,6}(?:\.\d{1,3})?)"?\s*(?=[;,]|$)', re.ASCII
)
_ANEW: Final = re.compile(r"(?:^|,)\s*(?:no-cache|no-store|max-age=0+)\s*(?=,|$)", re.IGNORECASE)
_TAG: Final = re.compile(r'(?:W/)?("[^"]*")')
_TRACE: Final = re.compile(r"[A-Za-z0-9=;:_.-]{1,256}")
YEARS: Final = range(1700, 2200)
"""Policies reckon in nanoseconds since 1970, of which 64 bits reach from 1678 to 2261."""
_RANGE: Final = re.compile(r"([\w*.+-]+/[\w*.+-]+)(?:\s*;\s*q=([01](?:\.\d{0,3})?))?", re.ASCII)
_HTML: Final = ("text/html", "text/*", "*/*", "application/xhtml+xml")
_CHARSET: Final = re.compile(r';\s*charset\s*=\s*"?([^";\s]*)"?', re.IGNORECASE)


def identifier(name: str, value: str) -> str:
    """Return an id that the caller chose."""
    if not is_identifier(value):
        raise _invalid(name, "an id is 1 to 128 of A-Z a-z 0-9 . _ ~ -, and neither . nor ..")
    return value


def version(name: str, value: str) -> int:
    """Return the version that a strong entity tag names, be it a document's or a command's.

    ``"0"`` is that of an empty stream.
    """
    tag = _VERSION.fullmatch(value)
    if tag is None:
        raise _invalid(name, 'give one version in double quotes, as "7": no *, no W/, no list')
    return int(tag[1])


def moment(name: str, value: str) -> datetime:
    """Return an RFC 3339 time with its zone, in UTC: the same instant is the same input."""
    try:
        at = read_moment(value.upper())
    except ValueError as error:
        explanation = "give date, time and zone, as 2025-01-31T12:00:00Z"
        raise _invalid(name, explanation) from error
    if at.year not in YEARS:
        raise _invalid(name, f"give a time in the years {YEARS[0]} to {YEARS[-1]}")
    return at


def wait(value: str) -> float:
    """Return the seconds that ``Prefer: wait=2`` names; 0 if none, as RFC 7240 wants it."""
    preferred = _WAIT.search(value)
    return float(preferred[1]) if preferred else 0.0


def wants_anew(value: str) -> bool:
    """Tell whether a ``Cache-Control`` wants no answer that was kept."""
    return _ANEW.search(value) is not None


def trace(value: str) -> str | None:
    """Return an X-Ray trace header; one that is malformed is ignored, as AWS does."""
    return value if _TRACE.fullmatch(value) else None


def matches(value: str, tag: str) -> bool:
    """Tell whether an ``If-None-Match`` names a tag; weak tags count, as RFC 9110 wants it."""
    return value.strip() == "*" or tag in _TAG.findall(value)


def prefers_json(value: str) -> bool:
    """Tell whether an ``Accept`` wants JSON rather than HTML; it does not unless it says so."""
    ranges = [(kind.lower(), float(quality or 1)) for kind, quality in _RANGE.findall(value)]
    known = [(kind, quality) for kind, quality in ranges if kind in (*_HTML, "application/json")]
    best, quality = max(known, key=lambda each: each[1], default=("text/html", 1.0))
    return best == "application/json" and quality > 0


def require_json(value: str) -> None:
    """Check a ``Content-Type``; raises UnsupportedMediaType unless it is JSON in UTF-8."""
    charset = _CHARSET.search(value)
    media_type = value.partition(";")[0].strip().lower()
    if media_type != "application/json" or (charset and charset[1].lower() != "utf-8"):
        message = f"send Content-Type: application/json, in UTF-8, instead of {value[:100]!r}"
        raise UnsupportedMediaType(message)


def _invalid(name: str, message: str) -> InvalidInput:
    return InvalidInput(f"the header {name} can't be understood", [Fault(name, message)])
