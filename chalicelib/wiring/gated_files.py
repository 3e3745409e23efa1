"""What the rules of the gate judge: plans of both roots of Terraform, and schemas."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.tools.conftest import denials
from chalicelib.adapters.tools.programs import find
from chalicelib.adapters.tools.terraform import ROOTS, Terraform
from chalicelib.kernel.errors import Misconfigured

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from chalicelib.services.governance.rules import Denial

TERRAFORM = "terraform"
SCHEMAS = "schemas"


class GatedFiles:
    """Plans are made once, when they are first needed; all folders are those of a checkout."""

    def __init__(self, infra: Path, schemas: Path, rego: Path) -> None:
        self.infra = infra
        self.schemas = schemas
        self.rego = rego

    def denied(self, kind: str, data: Path | None = None) -> dict[Path, list[Denial]]:
        """Return what the rules of a kind deny of each file, by the documents in ``data`` if given.

        Raises as ``conftest.denials``; of plans also as ``Terraform.plan``.
        """
        find("conftest")  # before a plan is made in vain
        if kind == SCHEMAS:
            return denials(self._avsc(), self.rego, kind, data)
        with TemporaryDirectory() as scratch:
            files = [Path(scratch) / f"{root}.json" for root in ROOTS]
            for file, plan in zip(files, self._plans, strict=True):
                file.write_text(json.dumps(plan))
            return denials(files, self.rego, kind, data)

    def denied_without_waivers(self, rules: Collection[str]) -> set[tuple[str, str]]:
        """Return which rules would deny which subjects, among the kinds that these rules are of."""
        with _without_waivers(self.rego) as data:
            return {
                (each.rule, each.subject)
                for kind in sorted({rule.partition(".")[0] for rule in rules})
                for found in self.denied(kind, data).values()
                for each in found
            }

    @cached_property
    def _plans(self) -> list[dict[str, Any]]:
        return [Terraform(self.infra).plan(root) for root in ROOTS]

    def _avsc(self) -> list[Path]:
        found = sorted(self.schemas.rglob("*.avsc"))
        if not found:
            raise Misconfigured(f"there are no schemas in {self.schemas}")
        return found


@contextmanager
def _without_waivers(rego: Path) -> Iterator[Path]:
    """Yield a folder with the documents of all policies, except what is in gates/data.json."""
    with TemporaryDirectory() as scratch:
        for file in rego.rglob("data.json"):
            copy = Path(scratch) / file.relative_to(rego)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy)
        (Path(scratch) / "gates" / "data.json").write_text(json.dumps({"waivers": []}))
        yield Path(scratch)
