"""The rules about schemas, over the real ones and over some that break one rule each."""

from __future__ import annotations

import pytest

from chalicelib.adapters.rego.build_time import BuildTimeRules
from chalicelib.kernel.errors import Misconfigured
from chalicelib.services.governance.rules import Denial
from chalicelib.wiring.contexts import CONTEXTS
from tests.policy.schema_fixtures import KIND, broken_schemas, real_schemas
from tests.support.edits import edited
from tests.support.rule_engines import POLICIES, rules_of, settings_of

pytestmark = [
    pytest.mark.requirement("R8"),
    pytest.mark.requirement("R9"),
    pytest.mark.requirement("T4"),
]

PLACED = "orders/OrderPlaced/v1"


@pytest.fixture(name="rules", scope="module")
def _rules():
    return BuildTimeRules(POLICIES, KIND)


@pytest.mark.parametrize("name", real_schemas())
def test_a_real_schema_passes(rules, name):
    """As it is released, without a waiver."""
    assert [] == rules.judge(real_schemas()[name])


@pytest.mark.parametrize("broken", broken_schemas(), ids=str)
def test_a_broken_schema_is_denied_by_its_rule(rules, broken):
    """By no other one, with a sentence that says what is wrong."""
    denials = rules.judge(broken.schema)

    assert {broken.rule} == {each.rule for each in denials}
    assert all(each.message for each in denials)


def test_each_rule_has_schemas_that_break_it():
    """A rule that nothing breaks may as well not be there."""
    assert [*rules_of(f"nexus.{KIND}")] == sorted(
        {f"nexus.{broken.rule}" for broken in broken_schemas()}
    )
    assert 20 <= len(broken_schemas())


def test_a_denial_says_where_and_what(rules):
    """The field by its path, the schema by its full name."""
    edit = {"at": "fields.4.type.items.fields.1.type", "value": "float"}

    assert [
        Denial(
            "schemas.types",
            "nexus.orders.OrderPlaced",
            "lines.quantity",
            "is a float: it is inexact, so use decimal(14,2), or long in a smaller unit",
        )
    ] == rules.judge(edited(real_schemas()[PLACED], [edit]))


def test_the_contexts_are_the_owners():
    """A context that is mounted is known to the rules, and none that is not."""
    platform = settings_of("schemas")["reserved"]["contexts"]
    mounted = [context.name for context in CONTEXTS]

    assert sorted([*platform, *mounted]) == sorted(settings_of("schemas/owners"))


@pytest.mark.parametrize(
    "rego", ["deny contains 1", "deny := true", "deny contains floor(input.name)", "deny contains"]
)
def test_rules_that_say_nothing_of_use_are_told(tmp_path, rego):
    """A rule that is broken lets nothing pass in silence."""
    folder = tmp_path / "schemas"
    folder.mkdir()
    (folder / "odd.rego").write_text(f"package nexus.schemas.odd\n\nimport rego.v1\n\n{rego}\n")

    with pytest.raises(Misconfigured):
        BuildTimeRules(tmp_path, KIND).judge({"name": "OrderPlaced"})
