"""What the rules of a package say, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias, TypedDict

from chalicelib.services.governance.policy_engine import COMMANDS, EVENTS, Reason

PACKAGES: Final = (COMMANDS, EVENTS)

# Comprehensions, because one undefined value would make the whole object undefined.
_VERDICT: Final = """\
  "{rule}": {{
    "allow": [value | value := data.{rule}.allow],
    "deny": [value | value := data.{rule}.deny],
  }},"""


class Verdict(TypedDict):
    """What one rule says: arrays of the one value, empty where that is undefined."""

    allow: list[object]
    deny: list[object]


Verdicts: TypeAlias = Mapping[str, Verdict]


def verdict_module(package: str, rules: Iterable[str]) -> str:
    """Return Rego that gathers all verdicts, by rule, in ``data.verdicts.{package}``.

    One evaluation of it costs half of asking each rule, and less than the whole package,
    which would evaluate every helper too.
    """
    parent, _, name = package.rpartition(".")
    verdicts = "\n".join(_VERDICT.format(rule=rule) for rule in rules)
    return f"package verdicts.{parent}\n\nimport rego.v1\n\n{name} := {{\n{verdicts}\n}}\n"


def reasons_against(package: str, verdicts: Verdicts) -> tuple[Reason, ...]:
    """Return why not; empty only if a rule allows, and no rule denies or is malformed."""
    reasons = tuple(
        Reason(rule, message) for rule in sorted(verdicts) for message in _denials(verdicts[rule])
    )
    allowed = any(value is True for verdict in verdicts.values() for value in verdict["allow"])
    if allowed or reasons:
        return reasons
    return (Reason(package, "No rule allows it"),)


def _denials(verdict: Verdict) -> Iterator[str]:
    for denials in verdict["deny"]:
        if not isinstance(denials, list):
            yield "The rule's deny is no set, so it counts as a denial"
        else:
            yield from (str(message) for message in denials)
