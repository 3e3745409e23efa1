"""The gate's outcome as SARIF 2.1.0, which code scanning shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from chalicelib.cli.output import as_json
from chalicelib.services.governance.rules import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.services.governance.gate import Failure, Note, Outcome

LEVELS: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
SCORES: Final = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.0",
    Severity.LOW: "2.0",
}
"""Where code scanning puts each, from 0 to 10."""


def sarif_json(outcomes: Sequence[Outcome]) -> str:
    """Return a log with one run: failures by rule, or by check where none is written down."""
    rules: dict[str, dict[str, Any]] = {}
    results = [
        result
        for outcome in outcomes
        for result in (
            *(_failed(outcome, each, rules) for each in outcome.failures),
            *(_noted(outcome, each, rules) for each in outcome.notes),
        )
    ]
    driver = {"name": "nexus gate", "rules": list(rules.values())}
    invocation = {"executionSuccessful": True, "toolExecutionNotifications": _not_run(outcomes)}
    run = {"tool": {"driver": driver}, "invocations": [invocation], "results": results}
    return f"{as_json({'version': '2.1.0', 'runs': [run]}, indent=2)}\n"


def _failed(outcome: Outcome, failure: Failure, rules: dict[str, Any]) -> dict[str, Any]:
    rule = _rule(outcome, failure)
    rules.setdefault(rule["id"], rule)
    text = f"{failure.place}: {failure.message}. To do: {failure.fix}"
    return {
        "ruleId": rule["id"],
        "level": LEVELS[failure.severity],
        "message": {"text": text},
        "locations": [_location(failure)],
    }


def _rule(outcome: Outcome, failure: Failure) -> dict[str, Any]:
    check, rule = outcome.check, failure.rule
    name, title, about = (
        (rule.name, rule.title, rule.description)
        if rule
        else (check.name, check.name, check.proves)
    )
    return {
        "id": name,
        "shortDescription": {"text": title},
        "fullDescription": {"text": about},
        "help": {"text": f"{about}\n\nTo do: {failure.fix}"},
        "defaultConfiguration": {"level": LEVELS[failure.severity]},
        "properties": {"security-severity": SCORES[failure.severity], "tags": [check.group]},
    }


def _location(failure: Failure) -> dict[str, Any]:
    """Return the file where it is known; what is wrong, by its name, in any case."""
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": failure.place}]}
    if failure.file:
        place: dict[str, Any] = {"artifactLocation": {"uri": quote(failure.file)}}
        if failure.line:
            place["region"] = {"startLine": failure.line}
        location["physicalLocation"] = place
    return location


def _noted(outcome: Outcome, note: Note, rules: dict[str, Any]) -> dict[str, Any]:
    about = {"text": outcome.check.proves}
    name = outcome.check.name
    rules.setdefault(name, {"id": name, "shortDescription": about, "help": about})
    lines = (f"{each.path}: {each.was} -> {each.now}" for each in note.differences)
    text = "\n".join((f"{note.place}: {note.message}", *lines))
    return {"ruleId": name, "level": "note", "kind": "informational", "message": {"text": text}}


def _not_run(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    return [
        {"level": "warning", "message": {"text": f"{each.check.name} was not run: {each.missing}"}}
        for each in outcomes
        if each.missing
    ]
