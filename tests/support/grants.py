"""Least privilege from what is really called: calls are recorded, roles are granted them.

``infra/policies`` has three kinds of file: ``calls.json``, what each operation of the adapters asks
of DynamoDB, as the tests have seen it; ``roles.json``, by hand, the operations of each role; and a
document for each role, made of both. A call that is not in the recording fails the test that makes
it. ``python -m tests.support.grants`` runs the tests that call DynamoDB, and writes anew.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from chalicelib.adapters.aws.dynamodb.calls import Dynamo
from chalicelib.adapters.aws.dynamodb.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.adapters.aws.dynamodb.calls import Purpose

Calls = dict[str, list[str]]
"""By operation: ``{action} {resource}``, sorted."""

FOLDER: Final = Path(__file__).parents[2] / "infra" / "policies"
SUITES: Final = ("tests/contract", "tests/integration", "-k", "dynamodb or Dynamo")
ARN: Final = "arn:${partition}:dynamodb:${region}:${account}:table/${prefix}"
_RECORD: Final = "NEXUS_RECORD_CALLS"
"""Names the file that calls are written to, in place of being compared."""

_ACTIONS: Final = {
    "delete_item": "DeleteItem",
    "get_item": "GetItem",
    "put_item": "PutItem",
    "query": "Query",
    "scan": "Scan",
    "update_item": "UpdateItem",
}
_STATEMENTS: Final = {"INSERT": "PartiQLInsert", "SELECT": "PartiQLSelect"}


def recorded() -> Calls:
    """Return the calls that the adapters are known to make."""
    calls: Calls = json.loads((FOLDER / "calls.json").read_text())
    return calls


class RecordingDynamo(Dynamo):
    """Lets only those calls pass that are in the recording, or adds them to a new one."""

    __slots__ = ()

    def call(self, purpose: Purpose, action: str, **parameters: Any) -> dict[str, Any]:
        """Call, if that is known."""
        made = f"{permission(action, parameters)} {resource(parameters)}"
        if file := os.environ.get(_RECORD):
            with Path(file).open("a") as recording:
                recording.write(json.dumps([purpose.operation, made]) + "\n")
        elif made not in recorded().get(purpose.operation, ()):
            pytest.fail(
                f"{purpose.operation!r} calls {made}, which no role is granted: if it should, run "
                "python -m tests.support.grants"
            )
        return super().call(purpose, action, **parameters)


def permission(action: str, parameters: Mapping[str, Any]) -> str:
    """Return the IAM action that a call needs."""
    if action == "execute_statement":
        return f"dynamodb:{_STATEMENTS[parameters['Statement'].split()[0]]}"
    return f"dynamodb:{_ACTIONS[action]}"


def resource(parameters: Mapping[str, Any]) -> str:
    """Return the table that a call is made to, or its index, without the tests' prefixes."""
    text = parameters.get("TableName") or parameters["Statement"].split('"')[1]
    (name,) = (table.name for table in TABLES if text.endswith(table.name))
    index = parameters.get("IndexName")
    return f"{name}/index/{index}" if index else name


def documents(calls: Calls, roles: Mapping[str, Iterable[str]]) -> dict[str, dict[str, Any]]:
    """Return each role's IAM document: a statement for each table or index, and no wildcard."""
    return {role: _document(calls, operations) for role, operations in roles.items()}


def text_of(content: Any) -> str:
    """Return JSON as it lies in the folder."""
    return json.dumps(content, indent=2) + "\n"


def _document(calls: Calls, operations: Iterable[str]) -> dict[str, Any]:
    granted: dict[str, set[str]] = defaultdict(set)
    for operation in operations:
        for made in calls[operation]:
            action, _, where = made.partition(" ")
            granted[where].add(action)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": sorted(actions), "Resource": ARN + where}
            for where, actions in sorted(granted.items())
        ],
    }


def main() -> int:
    """Record, and write all that follows."""
    recording = FOLDER / "calls.jsonl"
    os.environ[_RECORD] = str(recording)
    code = pytest.main(["-q", *SUITES])
    if code:
        return int(code)
    made: dict[str, set[str]] = defaultdict(set)
    for line in recording.read_text().splitlines():
        operation, call = json.loads(line)
        made[operation].add(call)
    recording.unlink()
    calls = {operation: sorted(made[operation]) for operation in sorted(made)}
    (FOLDER / "calls.json").write_text(text_of(calls))
    roles = json.loads((FOLDER / "roles.json").read_text())
    for role, document in documents(calls, roles).items():
        (FOLDER / f"{role}.json").write_text(text_of(document))
    return 0


if __name__ == "__main__":
    sys.exit(main())
