"""What OpenSearch says when it fails, in our own words: its types of errors, never its reasons.

A reason may quote a value, or a whole document.
"""

from __future__ import annotations

import re
from typing import Any, Final

from chalicelib.kernel.errors import Misconfigured, NexusError, TooManyRequests, Unavailable

RETRY_AFTER: Final = 1.0
"""Seconds."""
_TYPE: Final = re.compile(r"[a-z_]{1,80}")
_DENIED: Final = (401, 403)
_MISSING, _SLOW, _TOO_MANY, _ERROR = 404, 408, 429, 500


class Lasting(Unavailable):
    """What no second try would change."""


class IndexGone(Lasting):
    """There is no such index."""


class AlreadyThere(Misconfigured):
    """There is such an index."""


def type_of(error: Any) -> str:
    """Return the type of an error as OpenSearch names it; empty for anything else."""
    if isinstance(error, dict):
        error = error.get("type")
    return error if isinstance(error, str) and _TYPE.fullmatch(error) else ""


def failure(what: str, status: int, kind: str) -> NexusError:
    """Return the error for an answer, or for one item in it; ``what`` was tried."""
    told = f"{what}: {kind or 'failed'} ({status})"
    match kind:
        case "index_not_found_exception":
            return IndexGone(f"{what}: there is no such index: rebuild its projection, or restart")
        case "resource_already_exists_exception":
            return AlreadyThere(told)
        case "cluster_block_exception":
            return Lasting(f"{what}: OpenSearch takes no writes, as when its disk is full")
    if status == _TOO_MANY:
        return TooManyRequests(f"{what}: OpenSearch takes no more at the moment", RETRY_AFTER)
    if status >= _ERROR or status == _SLOW:
        return Unavailable(told)
    denied = f"{what}: OpenSearch does not let us in ({status})"
    return Misconfigured(denied if status in _DENIED else told)


def may_pass(error: BaseException) -> bool:
    """Tell whether another try may do."""
    return isinstance(error, Unavailable) and not isinstance(error, Lasting)
