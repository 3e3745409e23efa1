"""Schemas that break a rule, one each: a real schema with a change that is to be denied."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.contract.policy_questions import JUNK
from tests.support.edits import edited
from tests.support.fetching import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

KIND: Final = "schemas"
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
        Broken(f"{KIND}.{file.stem}", case["about"], edited(real[case["schema"]], case["edits"]))
        for file in sorted(FIXTURES.glob("*.json"))
        for case in json.loads(file.read_bytes())
    ]


def malformed_schemas() -> dict[str, Any]:
    """Return two real ones with each part left out, or junk in its place, by what was done."""
    return {
        f"{name} {edit}": edited(schema, [edit])
        for name, schema in real_schemas().items()
        if name in {"orders/OrderPlaced/v1", "orders/OrderDelivered/v1"}
        for place in places(schema)
        for edit in ({"at": place, "remove": True}, *({"at": place, "value": v} for v in JUNK))
        if place or "value" in edit
    }


def places(value: Any, place: str = "") -> Iterator[str]:
    """Yield the dotted path of each value, the whole included."""
    yield place
    parts = value.items() if isinstance(value, dict) else []
    for key, part in enumerate(value) if isinstance(value, list) else parts:
        yield from places(part, f"{place}.{key}".lstrip("."))
