"""Changes of the infrastructure that the rules on Terraform plans rule out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.rego.build_time import BuildTimeRules
from chalicelib.adapters.tools import conftest, programs
from chalicelib.cli.demo.step import Attempt, Step
from chalicelib.kernel.errors import MissingTool
from chalicelib.wiring.resources import resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from chalicelib.cli.demo.stage import Stage
    from chalicelib.services.governance.rules import Denial

_PLANS: Final = "tests/policy/plans"
_KIND: Final = "terraform"


@dataclass(frozen=True, slots=True)
class _Change:
    """One thing that somebody does to a recorded plan, and the rule that has to deny it."""

    about: str
    plan: str
    address: str
    make: Callable[[dict[str, Any]], None]
    """Changes the resource's ``change``, as the plan tells it."""
    rule: str


def _expire(change: dict[str, Any]) -> None:
    change["after"]["ttl"] = [{"enabled": True, "attribute_name": "expires"}]
    change["after_unknown"]["ttl"] = [{}]


def _let_delete(change: dict[str, Any]) -> None:
    policy = json.loads(change["after"]["policy"])
    for statement in policy["Statement"]:
        if "dynamodb:PartiQLInsert" in statement["Action"]:
            statement["Action"].append("dynamodb:DeleteItem")
    change["after"]["policy"] = json.dumps(policy)


def _untrace(change: dict[str, Any]) -> None:
    change["after"]["tracing_config"] = [{"mode": "PassThrough"}]


_CHANGES: Final = (
    _Change(
        about="the event store's table lets commits expire (TTL)",
        plan="foundation",
        address="module.event_store.aws_dynamodb_table.this",
        make=_expire,
        rule="terraform.no_expiry",
    ),
    _Change(
        about="the role of commands may delete items of the event store (dynamodb:DeleteItem)",
        plan="services",
        address='module.function["commands"].aws_iam_role_policy.task["tables"]',
        make=_let_delete,
        rule="terraform.insert_only",
    ),
    _Change(
        about="the function of commands is no longer traced",
        plan="services",
        address='module.function["commands"].aws_lambda_function.this',
        make=_untrace,
        rule="terraform.tracing",
    ),
)


def _attempts(stage: Stage) -> Iterator[Attempt]:
    recorded = resource(_PLANS)
    for name in dict.fromkeys(change.plan for change in _CHANGES):
        engine, denials = _judged(recorded / f"{name}.json")
        how = f"{engine}: the plan of infra/{name}, as it is"
        yield Attempt(how, _told(denials), not denials, harmless=True)
    for change in _CHANGES:
        engine, denials = _judged(_changed(change, recorded, stage.scratch))
        expected = (change.rule, change.address)
        found = expected in {(each.rule, each.subject) for each in denials}
        yield Attempt(f"{engine}: {change.about} (infra/{change.plan})", _told(denials), found)


def _judged(plan: Path) -> tuple[str, list[Denial]]:
    """Return by what a plan was judged, and what the rules deny."""
    policies = resource("policies/rego")
    try:
        programs.find("conftest")
    except MissingTool:
        judged = BuildTimeRules(policies, _KIND).judge(json.loads(plan.read_bytes()))
        return "regorus, in process", judged
    return "conftest", conftest.denials([plan], policies, _KIND)[plan]


def _changed(change: _Change, recorded: Path, scratch: Path) -> Path:
    """Write a copy of the recorded plan in which one resource is changed."""
    plan = json.loads((recorded / f"{change.plan}.json").read_bytes())
    (resource_change,) = (
        each for each in plan["resource_changes"] if each["address"] == change.address
    )
    change.make(resource_change["change"])
    file = scratch / f"{change.plan}.json"
    file.write_text(json.dumps(plan))
    return file


def _told(denials: list[Denial]) -> str:
    return (
        "; ".join(f"{each.rule}: {each.subject} {each.message}" for each in denials)
        or "no rule denies it"
    )


TERRAFORM_PLAN: Final = Step(
    name="terraform-plan",
    title="A Terraform plan against the rules",
    tries="A recorded plan of our infrastructure is changed in one place, and judged.",
    stopped_by="the rules on plans (Rego), before anything is applied",
    attempts=_attempts,
)
