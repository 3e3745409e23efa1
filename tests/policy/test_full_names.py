"""Why regorus is given full names in place of imported ones, and that it then says what OPA says.

When a later version makes the first test fail, the names can stay as they are written.
"""

from __future__ import annotations

import json
from typing import Final

import pytest
import regorus

from chalicelib.adapters.rego.full_names import with_full_names
from chalicelib.adapters.tools.programs import find, run
from chalicelib.kernel.errors import Misconfigured
from tests.support.fetching import needed_in_ci

pytestmark = pytest.mark.requirement("R9")

LIMITS: Final = "package limits\n\nimport rego.v1\n\nmost := 1\n"
ROLES: Final = """\
package roles

import rego.v1

import data.limits

known := true

within(number) if number <= limits.most
"""
ASKING: Final = """\
package asking

import rego.v1

import data.roles

# The first part evaluates all of roles; then regorus looks for limits among its rules.
answers := [roles.known, [1 | roles.within(1)], [1 | not refused]]

refused if not roles.within(1)
"""
MODULES: Final = {"limits.rego": LIMITS, "roles.rego": ROLES, "asking.rego": ASKING}
RIGHT: Final = [True, [1], [1]]
WRONG: Final = [True, [], []]


def test_an_imported_name_is_lost_in_functions_of_an_evaluated_module():
    """A denial by such a function would be lost, or one made up."""
    assert by_regorus(MODULES) == WRONG


def test_full_names_say_what_opa_says(tmp_path):
    """Of the modules as they are written."""
    full = {path: with_full_names(path, rego) for path, rego in MODULES.items()}

    assert by_regorus(full) == RIGHT == by_opa(MODULES, tmp_path)


def test_names_are_replaced_where_they_ask_for_a_part_only():
    """Not in texts, comments and fields; every line stays where it was."""
    rego = (
        "package p\n\nimport data.a.b\nimport input.c as d\nimport rego.v1\n\n"
        'r := [b.x, b.f(1), d[0], input.b.x, "b.x", `b.x`] # b.x\n'
    )

    assert (
        "package p\n\n\n\nimport rego.v1\n\n"
        'r := [data.a.b.x, data.a.b.f(1), input.c[0], input.b.x, "b.x", `b.x`] # b.x\n'
    ) == with_full_names("p.rego", rego)


@pytest.mark.parametrize(
    ("rego", "complaint"),
    [
        (
            "import data.a.b\n\nr if {\n\tsome b in input\n\tb.x\n}\n",
            "imports b, which also stands",
        ),
        ("import data.a.b\n\nr := b\n", "imports b, which also stands"),
        ('import data.a["b"]\n\nr := b.x\n', "by a plain path"),
    ],
)
def test_what_could_mean_something_else_is_refused(rego, complaint):
    """Such a bundle does not start."""
    with pytest.raises(Misconfigured, match=complaint):
        with_full_names("p.rego", f"package p\n\n{rego}")


def test_a_rule_in_the_place_of_an_import_is_refused():
    """It would be another module's rule."""
    rego = with_full_names("p.rego", "package p\n\nimport data.a.b\n\nb.x := 1\n")

    with pytest.raises(RuntimeError, match="data cannot be shadowed"):
        regorus.Engine().add_policy("p.rego", rego)


def by_regorus(modules: dict[str, str]) -> object:
    engine = regorus.Engine()
    for path, rego in modules.items():
        engine.add_policy(path, rego)
    engine.set_input_json("{}")
    return json.loads(engine.eval_rule_as_json("data.asking.answers"))


def by_opa(modules: dict[str, str], folder) -> object:
    for path, rego in modules.items():
        (folder / path).write_text(rego)
    with needed_in_ci():
        find("opa")
    words = ["eval", "--format", "raw", "--data", ".", "data.asking.answers"]
    return run("opa", words, folder=folder).json()
