"""Plans that break one rule each: the recorded plans, with edits that a fixture lists.

An edit is ``{"resource", "at", "value"}`` (sets; missing parents are made), ``{"resource", "at",
"remove": true}``, ``{"resource", "remove": true}``, ``{"add": resource_change}``,
``{"copy", "to"}``, or of the plan as a whole ``{"plan": key, "value"}``, ``{"plan": key,
"remove": true}`` and, at a path of its own, ``{"within", "value"}``. ``at`` is a path of names and
indices with dots between; a JSON pointer after ``#`` goes on inside a JSON text. ``-`` appends to a
list.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

PLANS: Final = Path(__file__).parents[1] / "policy" / "plans"
MUTATIONS: Final = PLANS / "mutations"


@dataclass(frozen=True, slots=True)
class Mutation:
    """A plan that one rule, as ``terraform.tags``, has to deny."""

    rule: str
    number: int
    about: str
    root: str
    edits: tuple[dict[str, Any], ...]

    @property
    def name(self) -> str:
        return f"{self.rule}-{self.number}"

    def plan(self) -> dict[str, Any]:
        """Return the edited plan; raises LookupError for an edit that finds nothing to change."""
        plan = recorded(self.root)
        for edit in self.edits:
            _apply(plan, edit)
        return plan


def recorded(root: str) -> dict[str, Any]:
    plan: dict[str, Any] = json.loads((PLANS / f"{root}.json").read_text())
    return plan


def mutations() -> list[Mutation]:
    return [
        Mutation(
            f"terraform.{file.stem}", number, each["about"], each["plan"], tuple(each["edits"])
        )
        for file in sorted(MUTATIONS.glob("*.json"))
        for number, each in enumerate(json.loads(file.read_text()), start=1)
    ]


def _apply(plan: dict[str, Any], edit: dict[str, Any]) -> None:
    resources: list[dict[str, Any]] = plan["resource_changes"]
    match edit:
        case {"plan": key, "remove": True}:
            del plan[key]
        case {"plan": key, "value": value}:
            plan[key] = value
        case {"within": place, "value": value}:
            _edit(plan, place, lambda at, key: _set(at, key, value))
        case {"add": resource}:
            resources.append(resource)
        case {"copy": address, "to": other}:
            resources.append(copy.deepcopy(_find(resources, address)) | {"address": other})
        case {"resource": address, "at": place, "remove": True}:
            _edit(_find(resources, address), place, _remove)
        case {"resource": address, "at": place, "value": value}:
            _edit(_find(resources, address), place, lambda at, key: _set(at, key, value))
        case {"resource": address, "remove": True}:
            resources.remove(_find(resources, address))
        case _:
            raise LookupError(f"no such edit: {edit}")


def _find(resources: list[dict[str, Any]], address: str) -> dict[str, Any]:
    for resource in resources:
        if resource["address"] == address:
            return resource
    raise LookupError(f"no {address} in the plan")


def _edit(resource: dict[str, Any], place: str, change: Any) -> None:
    path, _, pointer = place.partition("#/")
    parent, last = _down(resource, path.split("."))
    if not pointer:
        change(parent, last)
        return
    document = json.loads(parent[last])
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")]
    change(*_down(document, steps))
    parent[last] = json.dumps(document)


def _down(value: Any, steps: list[str]) -> tuple[Any, Any]:
    """Return what holds the last step, and that step as its key or index."""
    for step in steps[:-1]:
        key = _key(value, step)
        if isinstance(value, dict) and value.get(key) is None:
            value[key] = {}
        value = value[key]
    return value, _key(value, steps[-1])


def _key(value: Any, step: str) -> Any:
    return int(step) if isinstance(value, list) and step != "-" else step


def _set(parent: Any, key: Any, value: Any) -> None:
    if key == "-":
        parent.append(value)
    else:
        parent[key] = value


def _remove(parent: Any, key: Any) -> None:
    del parent[key]
