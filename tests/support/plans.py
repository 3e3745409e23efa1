"""What Terraform would make of ``infra``, recorded: what policies are tested on, without Terraform.

``python -m tests.support.plans`` plans both roots and writes ``tests/policy/plans``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from chalicelib.adapters.tools.terraform import ROOTS, Plan, Terraform

ROOT: Final = Path(__file__).parents[2]
INFRA: Final = ROOT / "infra"
PLANS: Final = ROOT / "tests" / "policy" / "plans"
SOUND: Final = ("complete", "errored", "format_version")
CONFIGURED: Final = ("provider_config", "root_module")
READ: Final = ("address", "change", "index", "mode", "module_address", "name", "type")
CHANGED: Final = ("actions", "after", "after_unknown", "before")
"""What policies read of a plan as a whole, of its configuration, a resource, and its change."""


def recorded(root: str) -> Plan:
    """Return the plan of a root as it was recorded."""
    plan: Plan = json.loads(file_of(root).read_text())
    return plan


def file_of(root: str) -> Path:
    return PLANS / f"{root}.json"


def fresh(root: str) -> Plan:
    """Return the plan of a root as it is now; raises as ``Terraform.plan`` does."""
    return trimmed(Terraform(INFRA).plan(root))


def trimmed(plan: Plan) -> Plan:
    """Return what policies read of a plan: nothing of the time or the place."""
    resources = sorted(plan["resource_changes"], key=lambda resource: str(resource["address"]))
    return {key: plan[key] for key in SOUND} | {
        "resource_changes": [_resource(resource) for resource in resources],
        "configuration": {key: plan["configuration"][key] for key in CONFIGURED},
    }


def _resource(resource: dict[str, Any]) -> dict[str, Any]:
    kept = {key: resource[key] for key in READ if key in resource}
    return kept | {"change": {key: resource["change"][key] for key in CHANGED}}


def text_of(plan: Plan) -> str:
    return json.dumps(plan, indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Write the plans."""
    PLANS.mkdir(exist_ok=True)
    for root in ROOTS:
        file_of(root).write_text(text_of(fresh(root)))
        sys.stdout.write(f"{file_of(root).relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
