"""The gate's failures as workflow commands, which GitHub shows beside the lines."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.services.governance.gate import Failure, Outcome

_TEXT: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def annotate(outcomes: Iterable[Outcome]) -> None:
    """Write a line for each failure."""
    for outcome in outcomes:
        for failure in outcome.failures:
            sys.stdout.write(f"{annotation(outcome.check.name, failure)}\n")


def annotation(check: str, failure: Failure) -> str:
    """Return a failure as a workflow command: one line, whatever its texts hold."""
    title = failure.rule.title if failure.rule else check
    place = {"file": failure.file, "line": failure.line or "", "title": title}
    said = ",".join(
        f"{name}={str(value).translate(_PROPERTY)}" for name, value in place.items() if value
    )
    text = f"{failure.place}: {failure.message}\nTo do: {failure.fix}"
    return f"::error {said}::{text.translate(_TEXT)}"
