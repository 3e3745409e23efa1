"""Schemas that break a rule, one each: a real schema with a change that is to be denied."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.support.edits import edited
from tests.support.fetching import ROOT

PACKAGE: Final = "nexus.schemas"
SCHEMAS: Final = ROOT / "schemas" / "avro"
FIXTURES: Final = Path(__file__).parent / "schemas"


@dataclass(frozen=True, slots=True)
class Broken:
    """A schema, the one rule that denies it, and a sentence that says why."""

    rule: str
    about: str
    schema: Any

    def __str__(self) -> str:
        return f"{self.rule}: {self.about}"


def real_schemas() -> dict[str, Any]:
    """Return every schema of the project by its place, as ``orders/OrderPlaced/v1``."""
    files = sorted(SCHEMAS.rglob("*.avsc"))
    return {
        file.relative_to(SCHEMAS).with_suffix("").as_posix(): json.loads(file.read_bytes())
        for file in files
    }


def broken_schemas() -> list[Broken]:
    """Return every fixture, in the order of the rules."""
    real = real_schemas()
    return [
        Broken(f"{PACKAGE}.{file.stem}", case["about"], edited(real[case["schema"]], case["edits"]))
        for file in sorted(FIXTURES.glob("*.json"))
        for case in json.loads(file.read_bytes())
    ]
