"""Waivers: recorded exceptions from rules of the gate, each with a reason and a last day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

FIELDS: Final = ("rule", "subject", "reason", "approvedBy", "expires")
LONGEST: Final = timedelta(days=366)
"""From today: an exception for ever would be another rule."""
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class WaiverFault:
    """Which waiver can't stand, and why."""

    waiver: str
    message: str


def check_waivers(waivers: Any, rules: Collection[str], today: date) -> Iterator[WaiverFault]:
    """Yield what is wrong with the waivers (JSON), among rules that can be waived."""
    if not isinstance(waivers, list):
        yield WaiverFault("waivers", "must be a list")
        return
    seen = set[tuple[str, str]]()
    for number, waiver in enumerate(waivers):
        fault = _fault(waiver, rules, today)
        if fault is None and about(waiver) in seen:
            fault = "is there twice"
        if fault is not None:
            yield WaiverFault(_named(waiver, number), fault)
        else:
            seen.add(about(waiver))


def about(waiver: Mapping[str, str]) -> tuple[str, str]:
    """Return which rule is waived, and for what."""
    return waiver["rule"], waiver["subject"]


def _fault(waiver: Any, rules: Collection[str], today: date) -> str | None:
    if not isinstance(waiver, dict) or sorted(waiver) != sorted(FIELDS):
        return f"needs {', '.join(FIELDS)}, and nothing else"
    if empty := [name for name in FIELDS if not _is_text(waiver[name])]:
        return f"needs a text for {', '.join(empty)}"
    if waiver["rule"] not in rules:
        return f"there is no rule {waiver['rule']} that can be waived"
    last = _day(waiver["expires"])
    if last is None:
        return f"expires on {waiver['expires']}, which is no day such as 2030-12-31"
    if last > today + LONGEST:
        return f"expires on {last}, more than a year from now"
    return f"expired on {last}" if last < today else None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _named(waiver: Any, number: int) -> str:
    if isinstance(waiver, dict) and all(_is_text(waiver.get(name)) for name in FIELDS[:2]):
        return f"{waiver['rule']} for {waiver['subject']}"
    return f"waivers[{number}]"
