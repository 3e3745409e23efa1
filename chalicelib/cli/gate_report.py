"""The gate's outcome, for people as tables and sentences, and as plain data for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chalicelib.cli.output import as_json, say, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.services.governance.gate import Failure, Note, Outcome
    from chalicelib.services.governance.replay import Difference

LISTED: Final = 40
"""Differences that are shown of one failure; JSON has them all."""


def tell(outcomes: Sequence[Outcome]) -> None:
    """Write a table of the checks, then notes, then each failure with its fix, the worst first."""
    rows = (
        (each.check.name, each.check.proves, _counted(each), f"{each.seconds:.1f} s")
        for each in outcomes
    )
    table("Gate", ("check", "what it proves", "found", "took"), rows)
    for each in outcomes:
        for note in each.notes:
            _note(each.check.name, note)
    failures = [(each, failure) for each in outcomes for failure in each.failures]
    for each, failure in sorted(failures, key=_rank):
        _failure(each.check.name, failure)
    missing = sum(bool(each.missing) for each in outcomes)
    say(f"\n{len(failures)} wrong." if failures else f"\n{_passed(missing)}")


def _passed(missing: int) -> str:
    return f"All checks passed but {missing}, not run." if missing else "All checks passed."


def _rank(found: tuple[Outcome, Failure]) -> int:
    return list(type(found[1].severity)).index(found[1].severity)


def _counted(outcome: Outcome) -> str:
    if outcome.failures:
        return f"{len(outcome.failures)} wrong"
    return f"not run: {outcome.missing}" if outcome.missing else "fine"


def _failure(check: str, failure: Failure) -> None:
    rule = failure.rule
    name = f"{rule.name} ({rule.title})" if rule else check
    say(f"\n{failure.severity} {name}: {failure.place}: {failure.message}")
    if failure.file and failure.file not in failure.place:
        say(f"  In: {failure.file}{f':{failure.line}' if failure.line else ''}")
    _compare(f"What is made of {failure.place}", failure.differences)
    say(f"  To do: {failure.fix}")


def _note(check: str, note: Note) -> None:
    say(f"\n{check}: {note.place}: {note.message}")
    _compare(note.message, note.differences)


def _compare(title: str, differences: Sequence[Difference]) -> None:
    if differences:
        rows = ((each.path, *compared(each)) for each in differences[:LISTED])
        table(title, ("path", "was", "is"), rows)
    if len(differences) > LISTED:
        say(f"  ... and {len(differences) - LISTED} more: nexus gate --json")


def compared(difference: Difference) -> tuple[str, str]:
    """Return what was and what is, as JSON."""
    was, now = (_told(value) for value in (difference.was, difference.now))
    return was, now


def _told(value: object) -> str:
    from chalicelib.services.governance.replay import ABSENT

    return str(value) if value is ABSENT else as_json(value)


def plain(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    """Return all of it as plain data."""
    return [
        {
            "check": each.check.name,
            "group": each.check.group,
            "notRun": each.missing or None,
            "failures": [_plain_failure(failure) for failure in each.failures],
            "notes": [_plain_note(note) for note in each.notes],
        }
        for each in outcomes
    ]


def _plain_failure(failure: Failure) -> dict[str, Any]:
    return {
        "severity": failure.severity.value,
        "rule": failure.rule and failure.rule.name,
        "place": failure.place,
        "file": failure.file or None,
        "line": failure.line or None,
        "message": failure.message,
        "fix": failure.fix,
        "differences": _differences(failure.differences),
    }


def _plain_note(note: Note) -> dict[str, Any]:
    differences = _differences(note.differences)
    return {"place": note.place, "message": note.message, "differences": differences}


def _differences(differences: Iterable[Difference]) -> list[dict[str, str]]:
    compare = [(each.path, *compared(each)) for each in differences]
    return [{"path": path, "was": was, "is": now} for path, was, now in compare]
