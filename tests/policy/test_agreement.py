"""One text, three engines: in process, OPA and conftest say the same of every fixture.

What decides at run time is regorus; what teams know, test and gate with are OPA and conftest.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import pytest

from chalicelib.adapters.rego.engine import RegoPolicyEngine
from chalicelib.adapters.rego.schema_rules import SchemaRules
from chalicelib.adapters.rego.verdicts import reasons_against
from chalicelib.services.governance.policy_engine import COMMANDS, EVENTS
from tests.contract.policy_questions import ALLOWED, DENIED, changed, malformed
from tests.policy.schema_fixtures import PACKAGE, broken_schemas, malformed_schemas, real_schemas
from tests.support.fetching import needed_in_ci
from tests.support.opa import POLICIES, conftest_failures, opa_verdicts

if TYPE_CHECKING:
    from chalicelib.services.governance.policy_engine import Reason

pytestmark = [pytest.mark.requirement("R9"), pytest.mark.requirement("T4")]

SCHEMAS: Final = {
    **real_schemas(),
    **{str(broken): broken.schema for broken in broken_schemas()},
}


def asked(package: str) -> list[dict[str, Any]]:
    """Every question about commands or events that there is: allowed, denied and malformed."""
    fixtures = (
        (of, changed(of, changes)) for of, changes, *_ in chain(ALLOWED.values(), DENIED.values())
    )
    return [question for of, question in chain(fixtures, malformed()) if of == package]


@pytest.mark.parametrize("package", [COMMANDS, EVENTS])
def test_opa_decides_as_the_engine_in_process(package):
    """Of every question, both allow it or both deny it, for the very same reasons."""
    questions = asked(package)
    with needed_in_ci():
        verdicts = opa_verdicts(package, questions)
    engine = RegoPolicyEngine(POLICIES)
    here = [in_order(engine.decide(package, question).reasons) for question in questions]
    there = [in_order(reasons_against(package, each)) for each in verdicts]

    assert len(questions) == len(verdicts)
    assert [] == [
        (question, ours, theirs)
        for question, ours, theirs in zip(questions, here, there, strict=True)
        if ours != theirs
    ]
    assert {True, False} == {not reasons for reasons in here}


def test_opa_judges_schemas_as_the_engine_in_process():
    """Of every schema, real, broken or malformed, all findings are the same."""
    schemas = {**SCHEMAS, **malformed_schemas()}
    with needed_in_ci():
        verdicts = opa_verdicts(PACKAGE, list(schemas.values()))
    rules = SchemaRules(POLICIES)
    here = {name: messages(rules.judge(schema)) for name, schema in schemas.items()}
    there = {
        name: sorted(found["msg"] for rule in each.values() for found in rule["deny"][0])
        for name, each in zip(schemas, verdicts, strict=True)
    }

    assert here == there


def test_conftest_judges_schemas_as_the_engine_in_process():
    """As the gate runs it: over files, with the waivers and settings beside the rules."""
    with needed_in_ci():
        failures = conftest_failures(PACKAGE, SCHEMAS)
    rules = SchemaRules(POLICIES)
    here = {name: messages(rules.judge(schema)) for name, schema in SCHEMAS.items()}

    assert here == {
        name: sorted(failure["msg"] for failure in found) for name, found in failures.items()
    }


def in_order(reasons: tuple[Reason, ...]) -> list[tuple[str, str]]:
    return sorted((reason.rule, reason.message) for reason in reasons)


def messages(findings: Any) -> list[str]:
    return sorted(finding.message for finding in findings)
