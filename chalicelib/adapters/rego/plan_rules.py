"""The rules on Terraform plans, asked in process or through conftest: the same Rego, no other."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import regorus

from chalicelib.adapters.rego.bundle import read_bundle
from chalicelib.adapters.tools import programs
from chalicelib.kernel.errors import ToolFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FOLDERS: Final = ("terraform", "gates")
"""The rules, and what they share."""
PACKAGE: Final = "nexus.terraform."


@dataclass(frozen=True, slots=True)
class Denial:
    """What a rule, as terraform.tracing, has against a plan, and the address that it's about."""

    rule: str
    message: str
    subject: str


class PlanGate(Protocol):
    """Judges plans by all rules."""

    @property
    def name(self) -> str:
        """What evaluates the rules."""

    def denials(self, plan: Path) -> list[Denial]:
        """Judge a plan, a file as ``terraform show -json`` writes it; raises ToolFailed."""


class InProcess:
    """Implements PlanGate by the engine that decides at run time; ``folder`` as policies/rego."""

    name = "regorus, in process"

    def __init__(self, folder: Path) -> None:
        self._bundle = read_bundle(folder, FOLDERS)

    def denials(self, plan: Path) -> list[Denial]:
        try:
            return [_denial(package, found) for package, found in self._found(plan.read_text())]
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - a panic in Rust is no Exception
            raise ToolFailed(f"the rules can't judge {plan.name}: {error}") from None

    def _found(self, plan: str) -> Iterator[tuple[str, dict[str, str]]]:
        engine = regorus.Engine()
        added = [engine.add_policy(path, rego) for path, rego in self._bundle.rules.items()]
        for document in self._bundle.data:
            engine.add_data_json(document)
        engine.set_input_json(plan)
        packages = sorted(name.removeprefix("data.") for name in added)
        for package in packages:
            if package.startswith(PACKAGE):
                denied = json.loads(engine.eval_rule_as_json(f"data.{package}.deny"))
                yield from ((package, found) for found in denied)


class Conftest:
    """Implements PlanGate by conftest, a program; ``folder`` as policies/rego.

    Raises MissingTool.
    """

    name = "conftest"

    def __init__(self, folder: Path) -> None:
        programs.find(self.name)
        policies = [f"--policy={folder / name}" for name in FOLDERS]
        self._options = [*policies, f"--data={folder}", "--all-namespaces", "--output=json"]

    def denials(self, plan: Path) -> list[Denial]:
        return [
            _denial(each["namespace"], {**found["metadata"], "msg": found["msg"]})
            for each in programs.run(self.name, ["test", plan, *self._options]).json()
            for found in each.get("failures", ())
        ]


def _denial(package: str, found: Mapping[str, str]) -> Denial:
    return Denial(package.removeprefix("nexus."), found["msg"], found["subject"])
