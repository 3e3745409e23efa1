"""The gate's checks by rules over what is built: plans of Terraform, and schemas."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.rego.metadata import read_rules
from chalicelib.adapters.tools.checkov import FailedCheck, failed_checks
from chalicelib.adapters.tools.terraform import Terraform
from chalicelib.adapters.tools.terraform_files import hidden
from chalicelib.kernel.errors import Misconfigured
from chalicelib.services.governance.gate import Check, Failure
from chalicelib.services.governance.rules import Rule, Severity
from chalicelib.wiring.gated_files import SCHEMAS, TERRAFORM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from chalicelib.services.governance.rules import Denial
    from chalicelib.wiring.gated_files import GatedFiles

GROUP: Final = "infrastructure"
_FORMAT: Final = "terraform fmt -recursive infra"
_HIDDEN: Final = "say it in a .tf file of a root or module, so that the plan of the gate has it"
_CHECKOV: Final = "mend it, or say why not beside the resource: # checkov:skip={}:reason"
_RESOURCE: Final = re.compile(r'^resource +"(\w+)" +"(\w+)"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class RuleChecks:
    """Over folders of a checkout: ``files`` are judged by the rules in ``policies``/rego."""

    policies: Path
    files: GatedFiles

    def of_schemas(self) -> Check:
        """Return the check of every schema."""
        proves = "no rule denies a schema (policies/rego/schemas)"
        return Check("schema-rules", proves, self._schemas, SCHEMAS)

    def of_infrastructure(self) -> tuple[Check, ...]:
        """Return the checks of Terraform, the quick one first."""
        proves = "both roots can be planned, and no rule denies the plan"
        return (
            Check("terraform-format", "Terraform looks as it formats itself", self._format, GROUP),
            Check("terraform-files", "a plan shows all that they say", self._hidden, GROUP),
            Check("checkov", "no check of Checkov fails on infra", self._checkov, GROUP),
            Check("terraform-rules", proves, self._terraform, GROUP),
        )

    def _schemas(self) -> Iterator[Failure]:
        rules = self._rules(SCHEMAS)
        for file, found in self.files.denied(SCHEMAS).items():
            name = file.relative_to(self.files.schemas).as_posix()
            for each in found:
                yield _denied(rules, each, f"schemas/avro/{name}")

    def _format(self) -> Iterator[Failure]:
        for name in Terraform(self._infra()).badly_formatted():
            yield Failure(f"infra/{name}", "is not formatted", _FORMAT, file=f"infra/{name}")

    def _hidden(self) -> Iterator[Failure]:
        for each in hidden(self._infra()):
            file = f"infra/{each.file}"
            place = f"{file}:{each.line}" if each.line else file
            yield Failure(place, each.message, _HIDDEN, file=file, line=each.line)

    def _checkov(self) -> Iterator[Failure]:
        for each in failed_checks(self._infra()):
            fix = _CHECKOV.format(each.check)
            yield Failure(
                each.resource, each.title, fix, rule=_rule(each, fix),
                file=f"infra/{each.file}", line=each.line,
            )  # fmt: skip

    def _terraform(self) -> Iterator[Failure]:
        self._infra()
        rules, places = self._rules(TERRAFORM), _places(self.files.infra)
        for each in chain.from_iterable(self.files.denied(TERRAFORM).values()):
            file, line = places.get(_declared(each.subject), ("", 0))
            yield _denied(rules, each, file, line)

    def _rules(self, kind: str) -> dict[str, Rule]:
        return read_rules(self.policies / "rego" / kind)

    def _infra(self) -> Path:
        if not any(self.files.infra.rglob("*.tf")):
            raise Misconfigured(f"there is no Terraform in {self.files.infra}")
        return self.files.infra


def _denied(rules: Mapping[str, Rule], denial: Denial, file: str, line: int = 0) -> Failure:
    rule = rules[denial.rule]
    place = f"{denial.subject} {denial.field}".strip()
    return Failure(place, denial.message, rule.fix, rule=rule, file=file, line=line)


def _rule(failed: FailedCheck, fix: str) -> Rule:
    """Return a check of Checkov as a rule; how bad each is, it tells its customers only."""
    return Rule(failed.check, failed.title, failed.title, Severity.MEDIUM, fix)


def _declared(address: str) -> tuple[str, str]:
    """Return type and name of a resource, as its declaration has them."""
    parts = re.sub(r"\[[^\]]*\]", "", address).split(".")
    return (parts[-2], parts[-1]) if len(parts) > 1 else ("", "")


def _places(infra: Path) -> dict[tuple[str, str], tuple[str, int]]:
    """Return where each resource is declared, by type and name; not those declared twice."""
    found: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for file in sorted(infra.rglob("*.tf")):
        text = file.read_text()
        for each in _RESOURCE.finditer(text):
            line = text.count("\n", 0, each.start()) + 1
            place = f"infra/{file.relative_to(infra).as_posix()}", line
            found.setdefault((each[1], each[2]), []).append(place)
    return {declared: places[0] for declared, places in found.items() if len(places) == 1}
