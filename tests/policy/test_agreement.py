"""One text, three engines: in process, OPA and conftest say the same of every fixture.

What decides at run time is regorus; what teams know, test and gate with are OPA and conftest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from chalicelib.adapters.rego.engine import RegoPolicyEngine
from chalicelib.adapters.rego.verdicts import reasons_against
from chalicelib.services.governance.policy_engine import COMMANDS, EVENTS
from tests.contract.policy_questions import MIXED
from tests.policy.schema_fixtures import KIND, broken_schemas, malformed_schemas, real_schemas
from tests.support.fetching import needed_in_ci
from tests.support.rule_engines import (
    POLICIES,
    by_conftest,
    by_opa,
    by_regorus,
    opa_verdicts,
)

if TYPE_CHECKING:
    from chalicelib.services.governance.policy_engine import Reason

pytestmark = [pytest.mark.requirement("R9"), pytest.mark.requirement("T4")]

SCHEMAS: Final = {
    **real_schemas(),
    **{str(broken): broken.schema for broken in broken_schemas()},
}


def asked(package: str) -> list[dict[str, Any]]:
    """Every question about commands or events that there is: allowed, denied and malformed."""
    return [question for of, question in MIXED if of == package]


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
    """Of every schema, real, broken or malformed, all denials are the same."""
    schemas = {**SCHEMAS, **malformed_schemas()}
    with needed_in_ci():
        denied = by_opa(KIND, schemas)

    assert by_regorus(KIND, schemas) == denied


def test_conftest_judges_schemas_as_the_engine_in_process():
    """As the gate runs it: over files, with the waivers and settings beside the rules."""
    with needed_in_ci():
        denied = by_conftest(KIND, SCHEMAS)

    assert by_regorus(KIND, SCHEMAS) == denied


def in_order(reasons: tuple[Reason, ...]) -> list[tuple[str, str]]:
    return sorted((reason.rule, reason.message) for reason in reasons)
