"""Why regorus interprets our policies: what its compiled form gets wrong, as ADR 0014 says.

When a later version makes one of these fail, the decision can be taken again.
"""

from __future__ import annotations

import json
from typing import Final

import pytest
import regorus

RULE: Final = "data.t.allow"
UNDEFINED: Final = "<undefined>"

WRONG: Final[dict[str, tuple[str, object, object]]] = {
    "a variable that is undefined": ("allow if { x := input.missing }", UNDEFINED, True),
    "its negation": ("allow if { x := input.missing; not x }", UNDEFINED, True),
    "its comprehension": ("allow := [x | x := input.missing]", [], [UNDEFINED]),
    "two values of one rule": ("allow := x if { some x in [1, 2] }", RuntimeError, 2),
    "two rules in conflict": ("allow := 1 if true\nallow := 2 if true", RuntimeError, UNDEFINED),
    "a default of a function": (
        "default f(_) := 7\nf(x) := 1 if x > 9\nallow := f(1)",
        7,
        UNDEFINED,
    ),
}
"""A rule, what it says by Rego's definition, and what it says when it's compiled."""


@pytest.mark.requirement("R9")
@pytest.mark.parametrize(("rule", "right", "wrong"), WRONG.values(), ids=list(WRONG))
def test_only_the_interpreter_is_right(rule, right, wrong):
    """So that is what decides, slower as it is."""
    module = f"package t\n\nimport rego.v1\n\n{rule}\n"

    assert (right, wrong) == (interpreted(module), compiled(module))


def interpreted(module: str) -> object:
    engine = regorus.Engine()
    engine.add_policy("t.rego", module)
    engine.set_input_json("{}")
    try:
        return json.loads(engine.eval_rule_as_json(RULE))
    except RuntimeError:
        return RuntimeError


def compiled(module: str) -> object:
    machine = regorus.Rvm()
    machine.load_program(regorus.Program.compile_from_modules("{}", [("t.rego", module)], [RULE]))
    machine.set_data_json("{}")
    machine.set_input_json("{}")
    return json.loads(machine.execute_entry_point(RULE))
