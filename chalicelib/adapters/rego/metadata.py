"""What a rule says of itself: the METADATA comment that its file begins with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import yaml

from chalicelib.kernel.errors import Misconfigured
from chalicelib.services.governance.rules import Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TESTS: Final = "_test.rego"
_HEAD: Final = re.compile(r"# METADATA\n((?:#.*\n)+)package +nexus\.(\S+)")


def read_rules(folder: Path) -> dict[str, Rule]:
    """Return the rules in a folder of policies, by name, as ``terraform.tracing``.

    Raises Misconfigured, which names the file that doesn't say what it has to.
    """
    return {rule.name: rule for rule in _rules(folder)}


def _rules(folder: Path) -> Iterator[Rule]:
    for file in sorted(folder.glob("*.rego")):
        if not file.name.endswith(TESTS):
            try:
                yield rule_of(file.read_text())
            except (OSError, ValueError) as error:
                raise Misconfigured(f"{file} does not say what it is for: {error}") from error


def rule_of(text: str) -> Rule:
    """Return what a rule's text says of it; raises ValueError."""
    found = _HEAD.match(text)
    if found is None:
        raise ValueError("a rule begins with # METADATA, right before its package")
    try:
        said: dict[str, Any] = yaml.safe_load(re.sub("^# ?", "", found[1], flags=re.MULTILINE))
        custom = said["custom"]
        return Rule(
            found[2],
            _line(said["title"]),
            _line(said["description"]),
            Severity(custom["severity"]),
            _line(custom["fix"]),
        )
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise ValueError(f"METADATA lacks or garbles {error}") from error


def _line(value: object) -> str:
    return " ".join(str(value).split())
