"""What went wrong with policies, in one line each that an alarm can be made of."""

from __future__ import annotations

import json
import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Misconfigured

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK: Final = "policy-failure"
"""What each line begins with: a metric filter looks for it."""

UNUSABLE: Final = "unusable"
"""A bundle is missing, doesn't compile, or isn't the expected one: the process doesn't start."""
EVALUATION: Final = "evaluation"
"""A rule failed on a question."""
SIZE: Final = "size"
"""A question was larger than any may be."""
SLOW: Final = "slow"
"""A decision took longer than any may."""

_log = logging.getLogger(__name__)


def report(kind: str, **facts: object) -> None:
    """Log a failure as JSON after the mark; the facts never hold a part of a question."""
    _log.error("%s %s", MARK, json.dumps({"kind": kind, **facts}))


@contextmanager
def unusable(policies: str) -> Iterator[None]:
    """Raise Misconfigured for whatever regorus raises of these policies."""
    try:
        yield
    except (Misconfigured, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - a panic in Rust is no Exception
        message = str(error).partition("Stack backtrace:")[0].strip()
        raise Misconfigured(f"the policies {policies} can't decide: {message}") from None
