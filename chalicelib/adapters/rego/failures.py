"""What went wrong with policies, in one line each that an alarm can be made of."""

from __future__ import annotations

import json
import logging
from typing import Final

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
