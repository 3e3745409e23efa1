"""``nexus gate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chalicelib.cli.options import Exit, Json, examples
from chalicelib.cli.output import as_json, emit, say, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.services.governance.gate import Failure, Outcome
    from chalicelib.services.governance.replay import Difference

LISTED: Final = 40
"""Differences that are shown of one failure; JSON has them all."""

Junit = Annotated[
    Path | None, typer.Option("--junit", help="Write the outcome there too, as JUnit's XML.")
]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=examples("nexus gate", "nexus gate --junit gate.xml", "nexus gate --json"))(
        gate
    )


def gate(*, junit: Junit = None, json: Json = False) -> None:
    """Check what a change has to keep: released schemas, and what is made of history.

    Schemas follow the rules and have their event classes; old versions lead to the newest; what
    was released is unchanged; and of recorded histories the code of today makes the events, states
    and documents that it made before. Each failure comes with what to do (exit code 1).
    """
    from chalicelib.services.governance.gate import judge
    from chalicelib.wiring.gate import Gate

    outcomes = [judge(check) for check in Gate.here().checks()]
    if junit is not None:
        from chalicelib.cli.junit import junit_xml

        junit.write_bytes(junit_xml(outcomes))
    if json:
        emit({"passed": not any(each.failures for each in outcomes), "checks": _plain(outcomes)})
    else:
        tell(outcomes)
    if any(each.failures for each in outcomes):
        raise typer.Exit(Exit.WRONG)


def tell(outcomes: Sequence[Outcome]) -> None:
    """Write a table of the checks, then each failure with its fix."""
    rows = ((each.check.name, each.check.proves, _counted(each)) for each in outcomes)
    table("Gate", ("check", "what it proves", "found"), rows)
    failures = [(each.check.name, failure) for each in outcomes for failure in each.failures]
    for name, failure in failures:
        say(f"\n{name}: {failure.place}: {failure.message}")
        if failure.differences:
            _compare(failure.place, failure.differences)
        say(f"  To do: {failure.fix}")
    say(f"\n{len(failures)} wrong." if failures else "All checks passed.")


def _counted(outcome: Outcome) -> str:
    return f"{len(outcome.failures)} wrong" if outcome.failures else "fine"


def _compare(place: str, differences: Sequence[Difference]) -> None:
    rows = ((each.path, *compared(each)) for each in differences[:LISTED])
    table(f"What is made of {place}", ("path", "was", "is"), rows)
    if len(differences) > LISTED:
        say(f"  ... and {len(differences) - LISTED} more: nexus gate --json")


def compared(difference: Difference) -> tuple[str, str]:
    """Return what was and what is, as JSON."""
    was, now = (_told(value) for value in (difference.was, difference.now))
    return was, now


def _told(value: object) -> str:
    from chalicelib.services.governance.replay import ABSENT

    return str(value) if value is ABSENT else as_json(value)


def _plain(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    return [
        {"check": each.check.name, "failures": [_failure(failure) for failure in each.failures]}
        for each in outcomes
    ]


def _failure(failure: Failure) -> dict[str, Any]:
    compare = [(each.path, *compared(each)) for each in failure.differences]
    differences = [{"path": path, "was": was, "is": now} for path, was, now in compare]
    told = {"place": failure.place, "message": failure.message, "fix": failure.fix}
    return {**told, "differences": differences}
