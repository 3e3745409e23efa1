"""Questions to the policies: what is allowed, what is denied and by which rule, and junk.

They are data, in tests/policy/questions: a question that is allowed, and what is changed in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import pytest

from chalicelib.services.governance.policy_engine import COMMANDS, EVENTS
from tests.support.edits import edited
from tests.support.fetching import ROOT

Question: TypeAlias = dict[str, Any]

_FILES: Final = {
    package: json.loads((ROOT / f"tests/policy/questions/{name}.json").read_bytes())
    for package, name in ((COMMANDS, "commands"), (EVENTS, "events"))
}
QUESTIONS: Final[Mapping[str, Question]] = {
    package: file["question"] for package, file in _FILES.items()
}
COMMAND: Final = QUESTIONS[COMMANDS]
EVENT: Final = QUESTIONS[EVENTS]

ALLOWED: Final[dict[str, tuple[str, Mapping[str, object]]]] = {
    f"{package}: {case['about']}": (package, case["changes"])
    for package, file in _FILES.items()
    for case in file["allowed"]
}
# What is changed, and the one rule that denies it.
DENIED: Final[dict[str, tuple[str, Mapping[str, object], str]]] = {
    f"{package}: {case['about']}": (package, case["changes"], case["rule"])
    for package, file in _FILES.items()
    for case in file["denied"]
}

# These may have any value.
FREE: Final = {"command.data.orderId", "command.data.customerId"}
# These may have some of the values of JUNK.
LEGAL: Final[dict[str, Sequence[object]]] = {
    f"{COMMANDS} command.data.lines": ([], [None], [[]]),
    f"{COMMANDS} effectiveAt": (None,),
    f"{EVENTS} event.personal": ([],),
    f"{EVENTS} principal.roles": ([],),
}
JUNK: Final[Sequence[object]] = (
    None,
    True,
    0.5,
    -1,
    "",
    "\x00",
    [],
    [None],
    [[]],
    {},
    {"a": "developer"},
)


def changed(package: str, changes: Mapping[str, object]) -> Question:
    """Return a question that is allowed, with the values at these dotted paths replaced."""
    edits = [{"at": path, "value": value} for path, value in changes.items()]
    question: Question = edited(QUESTIONS[package], edits)
    return question


def without(package: str, path: str) -> Question:
    """Return a question that is allowed, less the value at a dotted path."""
    question: Question = edited(QUESTIONS[package], [{"at": path, "remove": True}])
    return question


def paths(question: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the dotted path of each value, also of those that hold others."""
    for key, value in question.items():
        yield prefix + key
        if isinstance(value, dict):
            yield from paths(value, f"{prefix}{key}.")


def is_legal(package: str, path: str, value: object) -> bool:
    return value in LEGAL.get(f"{package} {path}", ())


EVERY_PATH: Final = [
    pytest.param(package, path, id=f"{package}: {path}")
    for package, question in QUESTIONS.items()
    for path in paths(question)
    if path not in FREE
]


def malformed() -> Iterator[tuple[str, Question]]:
    """Yield the package and question of each that lacks a part, or has junk in its place.

    In every role, as a rule may stop looking at one who may do all.
    """
    for package, question in QUESTIONS.items():
        for path in paths(question):
            yield package, without(package, path)
            for value in JUNK:
                for role in ("orders.clerk", "orders.approver", "developer"):
                    yield package, changed(package, {"principal.roles": [role], path: value})
