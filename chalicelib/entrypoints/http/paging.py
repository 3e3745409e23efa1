"""Paging of what is not a view: how many at most, and where to go on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, InvalidInput
from chalicelib.services.query_language import DEFAULT_LIMIT, MAX_LIMIT

if TYPE_CHECKING:
    from chalicelib.services.query_language import Parameters

_PARAMETERS: Final = ("limit", "cursor")
_UNKNOWN: Final = f"no such parameter; there are {', '.join(_PARAMETERS)}"


def paging(parameters: Parameters) -> tuple[int, str | None]:
    """Return limit and cursor; raises InvalidInput for what is neither, or is there twice."""
    names = [name for name, _ in parameters]
    unknown = [Fault(name[:100], _UNKNOWN) for name in names if name not in _PARAMETERS]
    repeated = [Fault(name, "give it once") for name in _PARAMETERS if names.count(name) > 1]
    if faults := unknown + repeated:
        message = "the query has parameters that can't be understood"
        raise InvalidInput(message, faults)
    given = dict(parameters)
    return _limit(given.get("limit", str(DEFAULT_LIMIT))), given.get("cursor")


def _limit(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= MAX_LIMIT:
        message = f"limit is a whole number from 1 to {MAX_LIMIT}"
        raise InvalidInput(message, [Fault("limit", f"{text[:100]!r} is not")])
    return int(text)
