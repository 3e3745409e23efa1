"""Where regorus and OPA mean different things by one text, as policies/README.md lists them.

When a later version of one makes a line fail, it can go from the page.
"""

from __future__ import annotations

import json
from typing import Final

import pytest
import regorus

from chalicelib.adapters.tools.programs import find, run
from tests.support.fetching import needed_in_ci

UNDEFINED: Final = "<undefined>"
ERROR: Final = "an error"

DIFFERENT: Final[dict[str, tuple[str, object, object]]] = {
    "a negated call of what is missing": (
        "f(x) if x == 1\nr if not f(input.missing)",
        UNDEFINED,
        True,
    ),
    "walk, assigned": ('r := {v | [_, v] := walk({"a": 1})}', [1, {"a": 1}], []),
    "a builtin on another type": ('r if startswith(input.number, "a")', UNDEFINED, ERROR),
    "its negation": (
        'begins if startswith(input.number, "a")\nr if not begins',
        True,
        ERROR,
    ),
    "members of what is no collection": ("r := {x | some x in input.number}", [], ERROR),
    "an empty partial object of sets": (
        "p[k] contains v if some k, v in input.empty\nr := p",
        {},
        UNDEFINED,
    ),
    "a function's head without a body": ('f("x")\nr if f("x")', True, ERROR),
    "a name of a variable outside": (
        "r := y if {\n\tsome x in [1]\n\ty := [x | some x in [2]]\n}",
        [2],
        ERROR,
    ),
    "a class of Unicode, repeated": (r'r if regex.match(`^\w{1,20}$`, "abc")', True, ERROR),
    "a date that no calendar has": (
        'r := time.parse_rfc3339_ns("2026-02-30T00:00:00Z")',
        UNDEFINED,
        ERROR,
    ),
}
"""A rule, what it says by OPA, and what it says by regorus."""
ALIKE: Final[dict[str, tuple[str, object]]] = {
    "a negated plain rule": ("g if input.missing == 1\nr if not g", True),
    "walk, called": ('r := {v | walk({"a": 1}, [_, v])}', [1, {"a": 1}]),
    "a builtin on a type that was asked": (
        (
            'begins if {\n\tis_string(input.number)\n\tstartswith(input.number, "a")\n}\n'
            "r if not begins"
        ),
        True,
    ),
    "a head with a value": ('f("x") := true\nr if f("x")', True),
    "a class of ASCII, repeated": ('r if regex.match(`^[A-Za-z0-9_]{1,20}$`, "abc")', True),
}
"""What to write instead."""
INPUT: Final = {"number": 1, "empty": {}}


@pytest.mark.requirement("R9")
@pytest.mark.parametrize(("rego", "opa", "here"), DIFFERENT.values(), ids=list(DIFFERENT))
def test_engines_differ(rego, opa, here, tmp_path):
    """
    An error denies, so nothing passes by it; but the gate and the system would differ.
    """
    assert here == by_regorus(rego)
    assert opa == by_opa(rego, tmp_path)


@pytest.mark.requirement("R9")
@pytest.mark.parametrize(("rego", "expected"), ALIKE.values(), ids=list(ALIKE))
def test_engines_agree_on_what_to_write_instead(rego, expected, tmp_path):
    """
    As the page advises.
    """
    assert expected == by_regorus(rego)
    assert expected == by_opa(rego, tmp_path)


def module(rego: str) -> str:
    return f"package t\n\nimport rego.v1\n\n{rego}\n"


def by_regorus(rego: str) -> object:
    engine = regorus.Engine()
    try:
        engine.add_policy("t.rego", module(rego))
        engine.set_input_json(json.dumps(INPUT))
        return json.loads(engine.eval_rule_as_json("data.t.r"))
    except RuntimeError:
        return ERROR


def by_opa(rego: str, folder) -> object:
    (folder / "t.rego").write_text(module(rego))
    (folder / "input.json").write_text(json.dumps(INPUT))
    words = ["eval", "--format", "json", "--data", "t.rego", "--input", "input.json", "data.t.r"]
    with needed_in_ci():
        find("opa")
    found = run("opa", words, folder=folder).json().get("result")
    return found[0]["expressions"][0]["value"] if found else UNDEFINED
