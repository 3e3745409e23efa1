"""Changes of an event that would leave its history, or its readers, behind."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from chalicelib.cli.demo.step import Attempt, Step
from chalicelib.services.governance.gate import judge
from chalicelib.wiring.gate import Gate
from chalicelib.wiring.resources import resource

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chalicelib.cli.demo.stage import Stage
    from chalicelib.services.governance.gate import Failure

_EVENT: Final = "orders/OrderPlaced"


def _attempts(stage: Stage) -> Iterator[Attempt]:
    schemas = shutil.copytree(resource("schemas"), stage.scratch / "schemas") / "avro"
    yield _unchanged(schemas)
    first, second = (schemas / _EVENT / f"v{version}.avsc" for version in (1, 2))
    released = first.read_text()
    second.write_text(_changed(released, "totalAmount", {"type": "double"}))
    yield _judged(schemas, "versions", "OrderPlaced v2 with totalAmount as a double")
    second.write_text(_changed(released, "customerId", {"name": "buyerId"}))
    yield _judged(schemas, "versions", "OrderPlaced v2 without customerId, but with a buyerId")
    second.unlink()
    first.write_text(_changed(released, "currency", None))
    yield _judged(schemas, "ledger", "OrderPlaced v1, which was released, without its currency")


def _changed(schema: str, name: str, change: dict[str, Any] | None) -> str:
    """Return a schema with a field of it changed; None takes the field away."""
    definition = json.loads(schema)
    fields = definition["fields"]
    (field,) = (each for each in fields if each["name"] == name)
    if change is None:
        fields.remove(field)
    else:
        field |= change
    return json.dumps(definition)


def _unchanged(schemas: Path) -> Attempt:
    failures = [*_failures(schemas, "versions"), *_failures(schemas, "ledger")]
    told = failures[0].message if failures else "fine"
    how = "gate, checks versions and ledger: a copy of schemas/, unchanged"
    return Attempt(how, told, not failures, harmless=True)


def _judged(schemas: Path, check: str, what: str) -> Attempt:
    failures = _failures(schemas, check)
    told = f"{failures[0].place}: {failures[0].message}" if failures else "fine"
    found = any(_EVENT in each.place for each in failures)
    return Attempt(f"gate, check {check}: {what}", told, found)


def _failures(schemas: Path, name: str) -> tuple[Failure, ...]:
    gate = replace(Gate.here(), schemas=schemas)
    (check,) = (each for each in gate.kept() if each.name == name)
    return judge(check).failures


INCOMPATIBLE_SCHEMA: Final = Step(
    name="incompatible-schema",
    title="An incompatible schema",
    tries="Someone changes what an OrderPlaced looks like, so that old ones can't be read.",
    stopped_by="the gate",
    attempts=_attempts,
)
