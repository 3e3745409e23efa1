"""Nexus, as it is wired on AWS: governed commits over DynamoDB, loaded and folded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.avro.commit_codec import AvroCommitCodec
from chalicelib.adapters.avro.event_codec import AvroEventCodec
from chalicelib.adapters.avro.registry import FileSchemaRegistry
from chalicelib.adapters.aws import clients
from chalicelib.adapters.aws.dynamodb.calls import Dynamo
from chalicelib.adapters.aws.dynamodb.event_store import DynamoEventStore
from chalicelib.adapters.aws.dynamodb.tables import EVENT_STORE, create
from chalicelib.adapters.pydantic.shapes import PydanticShapes
from chalicelib.adapters.rego.engine import RegoPolicyEngine
from chalicelib.kernel.commit import PackedCommit, Principal
from chalicelib.kernel.context import Aggregate
from chalicelib.kernel.decider import Decider
from chalicelib.kernel.messages import Command, Event
from chalicelib.kernel.stream import StreamId
from chalicelib.kernel.upcasting import UpcasterChain
from chalicelib.kernel.values import Identifier
from chalicelib.services.commit_writer import CommitWriter
from chalicelib.services.event_store import Loaded, StreamLoader
from chalicelib.services.governance.policy_engine import Policies
from chalicelib.services.governance.provenance import Accepted, Provenance, Request
from chalicelib.services.snapshot_manager import DEFAULT_INTERVAL, SnapshotTrigger
from chalicelib.wiring.container import code_digest
from chalicelib.wiring.resources import resource
from tests.bench.peers.serving import Unsupported, serve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.kernel.snapshot import Snapshot

SCHEMAS = Path(__file__).parents[1] / "schemas"
ASKED = Request(Principal("user", "u-1", "default", ("customer",)), "c-1")


@dataclass(frozen=True, slots=True)
class Line:
    product: str
    name: str
    quantity: int
    cents: int


@dataclass(frozen=True, slots=True)
class LinesAdded(Event):
    id: str
    customer: str
    currency: str
    note: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class AddLines(Command):
    name: Identifier


@dataclass(frozen=True, slots=True)
class Order:
    events: int
    cents: int


def evolve(state: Order | None, event: Any) -> Order:
    before = state or Order(0, 0)
    total = before.cents + sum(line.quantity * line.cents for line in event.lines)
    return Order(before.events + 1, total)


def decide(command: Command, state: Order | None) -> Sequence[Event]:
    raise Unsupported("events are given, not decided")


ORDER = Aggregate(
    name="Order",
    identity="name",
    state=Order,
    decider=Decider(None, evolve, decide),
    commands=(AddLines,),
    events=(LinesAdded,),
)


def _event(lines: list[dict[str, Any]], **others: str) -> LinesAdded:
    return LinesAdded(**others, lines=tuple(Line(**line) for line in lines))


class NoSnapshots:
    """Until the snapshot store on DynamoDB is there."""

    def latest(self, stream: StreamId) -> Snapshot | None:
        return None

    def save(self, snapshot: Snapshot) -> None:
        raise Unsupported("not built yet on DynamoDB")


class Store:
    def __init__(self) -> None:
        client = clients.client("dynamodb")
        self.events = DynamoEventStore(Dynamo(), create(client, EVENT_STORE))
        self._snapshots = NoSnapshots()
        shapes = PydanticShapes()
        registry = FileSchemaRegistry(SCHEMAS)
        codec = AvroEventCodec(
            registry, shapes, {"bench.LinesAdded": LinesAdded}, UpcasterChain(())
        )
        self._codec = AvroCommitCodec(codec, resource("schemas/avro"))
        policies = Policies(RegoPolicyEngine(resource("policies/rego")))
        self._writer = partial(
            CommitWriter,
            events=self.events,
            event_codec=codec,
            commit_codec=self._codec,
            policies=policies,
            provenance=Provenance(policies.digest, code_digest()),
            trigger=SnapshotTrigger(),
        )
        self._loader = StreamLoader(
            ORDER, self.events, self._snapshots, self._codec, shapes, DEFAULT_INTERVAL
        )
        self._held: dict[tuple[str, int], Loaded] = {}
        """What a client that has loaded a stream holds, by stream and version."""
        self._times: dict[str, datetime] = {}
        """When each command was first tried: a repeated request is the same bytes again."""

    def append(self, stream: str, after: int, events: list[dict[str, Any]], command: str) -> None:
        loaded = self._held.get((stream, after)) or self._nothing(stream)
        at = self._times.setdefault(command, datetime.now(UTC))
        digest = hashlib.sha256(command.encode()).digest()
        accepted = Accepted(command, "bench.AddLines", digest, ASKED, None)
        made = [_event(**event) for event in events]
        packed, _ = self._writer(now=lambda: at).write(accepted, loaded, made)
        self._held[stream, after + len(events)] = self._after(loaded, packed)

    def _nothing(self, stream: str) -> Loaded:
        return self._loader._start(StreamId("default", ORDER.name, stream))

    def _after(self, loaded: Loaded, packed: PackedCommit) -> Loaded:
        return self._loader._fold(loaded, [packed], strong=True)

    def load(self, stream: str, *, strong: bool) -> list[str]:
        found = self.events.read(StreamId("default", ORDER.name, stream), strong=strong)
        commits = map(self._codec.unpack, found)
        return [event.data.id for commit in commits for event in commit.events]

    def snapshot(self, stream: str) -> None:
        loaded = self._loader.load(StreamId("default", ORDER.name, stream), strong=True)
        self._snapshots.save(self._loader.snapshot(loaded))

    def load_from_snapshot(self, stream: str) -> int:
        loaded = self._loader.load(StreamId("default", ORDER.name, stream))
        return int(loaded.state.events)


if __name__ == "__main__":
    serve(Store())
