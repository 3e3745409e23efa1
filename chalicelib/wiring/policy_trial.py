"""A trial of policies on the largest questions, in a process that can be ended.

Nothing stops regorus once it evaluates, and all threads wait for it meanwhile. So a rule that would
take minutes is found before it is released, from outside.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_type_hints

from chalicelib.adapters.rego.engine import RegoPolicyEngine
from chalicelib.kernel.errors import Misconfigured
from chalicelib.kernel.messages import message_type
from chalicelib.kernel.naming import camel
from chalicelib.services.governance.policy_engine import COMMANDS, EVENTS
from chalicelib.wiring.contexts import CONTEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PATIENCE: Final = 15.0
"""Seconds for all questions, the start of the process included; they take about one."""
BODY_BYTES: Final = 1024 * 1024
ROLES: Final = 100
"""As many as a principal may have."""
_ITEM: Final = {"name": "item-000000", "number": 1}
_ITEM_BYTES: Final = 39


def try_out(folder: Path, patience: float) -> None:
    """Put the largest questions to the bundle in a folder, in another process.

    Raises Misconfigured if it has not decided them all after so many seconds, or can't decide.
    """
    command = [sys.executable, "-m", "chalicelib.wiring.policy_trial", str(folder.absolute())]
    root = Path(__file__).parents[2]
    try:
        done = subprocess.run(  # noqa: S603 - this very file
            command, cwd=root, timeout=patience, capture_output=True, text=True, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Misconfigured(
            f"the policies take more than {patience:g} s to decide the largest questions: look for "
            "a rule that goes through a list once for each of its items"
        ) from error
    if done.returncode:
        raise Misconfigured(f"the policies can't be tried: {done.stderr.strip()}")


def largest_questions() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield questions with lists that fill a whole body, one for each field of each command."""
    for context in CONTEXTS:
        for aggregate in context.aggregates:
            for command in aggregate.commands:
                for field in get_type_hints(command):
                    yield COMMANDS, _about_command(message_type(context.name, command), field)
    yield EVENTS, _about_event()


def _about_command(name: str, field: str) -> Mapping[str, Any]:
    items = [_ITEM | {"name": f"item-{n:06}"} for n in range(BODY_BYTES // _ITEM_BYTES)]
    return _question() | {
        "command": {"type": name, "data": {camel(field): items}},
        "effectiveAt": None,
        "now": "2026-03-31T12:00:00.000000Z",
    }


def _about_event() -> Mapping[str, Any]:
    return _question() | {
        "event": {
            "type": "orders.OrderPlaced",
            "owner": "orders",
            "classification": "internal",
            "propagation": "core",
            "personal": [f"field{n}" for n in range(1_000)],
        },
        "producer": "orders.PlaceOrder",
        "point": "append",
    }


def _question() -> dict[str, object]:
    roles = ["developer", *(f"role-{n}" for n in range(1, ROLES))]
    return {
        "principal": {"kind": "user", "id": "alice", "tenant": "default", "roles": roles},
        "stream": {"tenant": "default", "aggregate": "Order", "id": "x" * 128},
    }


def _main() -> None:
    engine = RegoPolicyEngine(Path(sys.argv[1]))
    for package, question in largest_questions():
        engine.decide(package, question)


if __name__ == "__main__":
    _main()
