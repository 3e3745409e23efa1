"""What the rules of a package say, and what follows from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias, TypedDict

from chalicelib.services.governance.policy_engine import COMMANDS, EVENTS, Reason

PACKAGES: Final = (COMMANDS, EVENTS)

_CAN_ALLOW: Final = re.compile(r"^(?:default +)?allow\b", re.MULTILINE)
_DENIES_BY_SET: Final = re.compile(r"^deny contains\b", re.MULTILINE)


class Verdict(TypedDict):
    """What one rule says: arrays of the one value, empty where that is undefined."""

    allow: list[object]
    deny: list[object]


Verdicts: TypeAlias = Mapping[str, Verdict]


def verdict_module(package: str, rules: Mapping[str, str]) -> str:
    """Return Rego that gathers all verdicts, by rule, in ``data.verdicts.{package}``.

    ``rules`` are texts by package. One evaluation of it costs half of asking each rule, and less
    than the whole package, which would evaluate every helper too.
    """
    parent, _, name = package.rpartition(".")
    verdicts = "\n".join(_verdict(rule, text) for rule, text in rules.items())
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


def _verdict(rule: str, text: str) -> str:
    """Return a rule's entry; to be wrong about a text can only deny.

    An allow that isn't seen allows nothing. A set is never undefined; if it were, the whole object
    would be, which is an error. Comprehensions, which cost more, let any other value be undefined.
    """
    allow = f"[value | value := data.{rule}.allow]" if _CAN_ALLOW.search(text) else "[]"
    by_set = _DENIES_BY_SET.search(text)
    deny = f"[data.{rule}.deny]" if by_set else f"[value | value := data.{rule}.deny]"
    return f'  "{rule}": {{"allow": {allow}, "deny": {deny}}},'


def _denials(verdict: Verdict) -> Iterator[str]:
    for denials in verdict["deny"]:
        if not isinstance(denials, list):
            yield "The rule's deny is no set, so it counts as a denial"
        else:
            yield from (str(message) for message in denials)
