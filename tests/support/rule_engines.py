"""What the rules about plans deny, asked of each engine that they have to mean the same in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import regorus

from chalicelib.adapters.tools.conftest import denials
from chalicelib.adapters.tools.programs import run

POLICIES: Final = Path(__file__).parents[2] / "policies" / "rego"
KINDS: Final = ("gates", "terraform")
OPA_QUERY: Final = """{name: found |
  some name, plan in data.plans
  found := {[rule, finding.subject] |
    some rule
    some finding in data.nexus.terraform[rule].deny
  } with input as plan
}"""

PATIENCE: Final = 600.0
"""Seconds for all plans; it takes some 100 on a small machine, more when that is busy."""
Denied = frozenset[tuple[str, str]]
"""Pairs of a rule, as ``terraform.tags``, and the address or other name of what it denies."""


def rules() -> list[str]:
    folder = POLICIES / "terraform"
    return sorted(file.stem for file in folder.glob("*.rego") if not file.stem.endswith("_test"))


def by_regorus(plans: dict[str, Any]) -> dict[str, Denied]:
    """Ask the engine that also decides at run time."""
    engine = _engine()
    return {name: _denied(engine.clone(), plan) for name, plan in plans.items()}


def _engine() -> regorus.Engine:
    engine = regorus.Engine()
    for kind in KINDS:
        for file in sorted((POLICIES / kind).glob("*.rego")):
            if not file.stem.endswith("_test"):
                engine.add_policy(file.relative_to(POLICIES).as_posix(), file.read_text())
        engine.add_data_json(json.dumps({kind: _data(kind)}))
    return engine


def _data(kind: str) -> Any:
    return json.loads((POLICIES / kind / "data.json").read_text())


def _denied(engine: regorus.Engine, plan: Any) -> Denied:
    engine.set_input_json(json.dumps(plan))
    return frozenset(
        (f"terraform.{rule}", finding["subject"])
        for rule in rules()
        for finding in json.loads(engine.eval_rule_as_json(f"data.nexus.terraform.{rule}.deny"))
    )


def by_opa(plans: dict[str, Any], scratch: Path) -> dict[str, Denied]:
    """Ask ``opa eval`` about all plans at once."""
    file = scratch / "plans.json"
    file.write_text(json.dumps({"plans": plans}))
    words: list[str | Path] = [
        "eval",
        "--format",
        "raw",
        "--data",
        POLICIES,
        "--data",
        file,
        OPA_QUERY,
    ]
    found = run("opa", words, patience=PATIENCE).json()
    return {
        name: frozenset((f"terraform.{rule}", subject) for rule, subject in pairs)
        for name, pairs in found.items()
    }


def by_conftest(plans: dict[str, Any], scratch: Path) -> dict[str, Denied]:
    """Ask conftest about all plans at once, as the gate does."""
    scratch.mkdir()
    files = {name: scratch / f"{name}.json" for name in plans}
    for name, file in files.items():
        file.write_text(json.dumps(plans[name]))
    found = denials(list(files.values()), POLICIES, "terraform", patience=PATIENCE)
    return {
        name: frozenset((each.rule, each.subject) for each in found if each.file == str(file))
        for name, file in files.items()
    }
