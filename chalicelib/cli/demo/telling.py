"""The demo in words and colours; the words alone say all of it."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

from chalicelib.cli.output import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from chalicelib.cli.demo.step import Attempt, Outcome

_INDENT: Final = 3
_WIDEST: Final = 100
"""Columns."""
_NEXT: Final = """\
Next:
  make run    the same system, for you: http://127.0.0.1:8000/docs
  make gate   what every change of a schema, a policy or the code has to pass
"""


def begin(console: Console, address: str) -> None:
    """Write where it is played."""
    console.print(*_styled("Try to break it", "bold"))
    where = f"A Nexus of its own runs at http://{address}, on a temporary folder; whoever asks it"
    _line(console, f"{where} needs a bearer token. Each attempt below is a real one.", indent=0)
    console.print()


def tell(console: Console, number: int, outcome: Outcome) -> None:
    """Write one step: what was tried, how, what answered, and whether it was stopped."""
    step = outcome.step
    _line(console, f"{number}. {step.title}", "bold", indent=0)
    _line(console, step.tries)
    for attempt in outcome.attempts:
        _line(console, f"> {attempt.how}", "cyan")
        _line(console, f"  {attempt.answered}")
        if not attempt.expected:
            _line(console, f"  {_fault(attempt)}", "bold red")
    if outcome.error:
        _line(console, f"This could not be tried to its end: {outcome.error}", "bold red")
    _line(console, *_verdict(outcome))
    console.print()


def summary(outcomes: Sequence[Outcome], seconds: float) -> tuple[str, str]:
    """Return how it ended, in a sentence, and the style of that."""
    open_ = [each.step.title for each in outcomes if not each.held]
    if open_:
        return f"NOT ALL WAS AS IT MUST BE, in {seconds:.1f} s: {'; '.join(open_)}.", "bold red"
    stopped = sum(bool(each.step.stopped_by) for each in outcomes)
    return f"{stopped} ways to break it tried, {stopped} stopped, in {seconds:.1f} s.", "bold green"


def close(console: Console, outcomes: Sequence[Outcome], seconds: float) -> None:
    """Write how it ended, and what to look at next."""
    console.print(*_styled(*summary(outcomes, seconds)))
    console.print("The system has been stopped, and its folder is gone.\n")
    console.print(_NEXT, end="")


def plain(outcome: Outcome) -> dict[str, Any]:
    """Return a step for machines."""
    step = outcome.step
    return {
        "name": step.name,
        "title": step.title,
        "tries": step.tries,
        "stoppedBy": step.stopped_by or None,
        "asItMustBe": outcome.held,
        "error": outcome.error or None,
        "seconds": round(outcome.seconds, 3),
        "attempts": [
            {
                "how": each.how,
                "answered": each.answered,
                "mustGoThrough": each.harmless,
                "asItMustBe": each.expected,
            }
            for each in outcome.attempts
        ],
    }


def _fault(attempt: Attempt) -> str:
    return "SHOULD HAVE GONE THROUGH" if attempt.harmless else "NOT STOPPED AS IT MUST BE"


def _verdict(outcome: Outcome) -> tuple[str, str]:
    if not outcome.step.stopped_by:
        return ("WORKS", "bold green") if outcome.held else ("BROKEN", "bold white on red")
    if not outcome.held:
        return f"NOT STOPPED by {outcome.step.stopped_by}", "bold white on red"
    return f"STOPPED by {outcome.step.stopped_by}", "bold green"


def _line(console: Console, text: str, style: str = "", indent: int = _INDENT) -> None:
    lines = fill(
        shown(text),
        width=min(console.width, _WIDEST),
        initial_indent=" " * indent,
        subsequent_indent=" " * (len(text) - len(text.lstrip(" >")) + indent),
        break_long_words=False,
        break_on_hyphens=False,
    )
    console.print(*_styled(lines, style), soft_wrap=True)


def _styled(text: str, style: str) -> tuple[Any]:
    from rich.text import Text

    return (Text(text, style=style),)
