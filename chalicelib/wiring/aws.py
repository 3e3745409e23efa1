"""AWS as the place to run: so far the write side, on DynamoDB."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

from chalicelib.adapters.aws.dynamodb.calls import Dynamo
from chalicelib.adapters.aws.dynamodb.decisions import DynamoDecisions
from chalicelib.adapters.aws.dynamodb.event_store import DynamoEventStore
from chalicelib.adapters.aws.dynamodb.snapshots import DynamoSnapshotStore
from chalicelib.adapters.aws.dynamodb.tables import DECISIONS, EVENT_STORE, SNAPSHOTS
from chalicelib.services.side_by_side import SideBySide
from chalicelib.wiring.container import WritePorts
from chalicelib.wiring.policies import policy_engine
from chalicelib.wiring.registries import schema_registry
from chalicelib.wiring.settings import PolicySettings, RegistrySettings

READERS: Final = 16
"""Threads for second reads: one for each load under way; more loads wait."""


def write_ports(
    prefix: str = "",
    dynamo: Dynamo | None = None,
    registry: RegistrySettings = RegistrySettings(),  # noqa: B008 - it can't change
    policies: PolicySettings = PolicySettings(),  # noqa: B008 - likewise
) -> WritePorts:
    """Return the write side's ports over tables whose names have that prefix; calls nobody."""
    dynamo = dynamo or Dynamo()
    return WritePorts(
        events=DynamoEventStore(dynamo, prefix + EVENT_STORE.name),
        snapshots=DynamoSnapshotStore(dynamo, prefix + SNAPSHOTS.name),
        decisions=DynamoDecisions(dynamo, prefix + DECISIONS.name),
        registry=schema_registry(registry),
        policies=policy_engine(policies),
        reads=SideBySide(ThreadPoolExecutor(READERS, thread_name_prefix="read")),
        streams=SideBySide(ThreadPoolExecutor(READERS, thread_name_prefix="stream")),
    )
