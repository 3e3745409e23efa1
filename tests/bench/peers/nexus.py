"""Nexus, as it is wired on AWS: governed commits over DynamoDB, loaded and folded."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
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
from chalicelib.adapters.aws.dynamodb.decisions import DynamoDecisions
from chalicelib.adapters.aws.dynamodb.event_store import DynamoEventStore
from chalicelib.adapters.aws.dynamodb.snapshots import DynamoSnapshotStore
from chalicelib.adapters.aws.dynamodb.tables import DECISIONS, EVENT_STORE, SNAPSHOTS, create
from chalicelib.adapters.pydantic.shapes import PydanticShapes
from chalicelib.adapters.rego.engine import RegoPolicyEngine
from chalicelib.kernel.commit import Principal
from chalicelib.kernel.context import Aggregate
from chalicelib.kernel.decider import Decider
from chalicelib.kernel.head import Head
from chalicelib.kernel.messages import Command, Event
from chalicelib.kernel.stream import StreamId
from chalicelib.kernel.upcasting import UpcasterChain
from chalicelib.kernel.values import Identifier
from chalicelib.services.commit_writer import CommitWriter
from chalicelib.services.event_store import Loaded, StreamLoader, Tail
from chalicelib.services.governance.decisions import DecisionLog
from chalicelib.services.governance.policy_engine import Policies
from chalicelib.services.governance.provenance import Accepted, Provenance, Request
from chalicelib.services.side_by_side import SideBySide
from chalicelib.services.snapshot_manager import DEFAULT_INTERVAL, SnapshotTrigger
from chalicelib.wiring.container import code_digest, now
from chalicelib.wiring.resources import resource
from tests.bench.peers.serving import Unsupported, serve

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEMAS = Path(__file__).parents[1] / "schemas"
READERS = 16
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


def event_of(lines: list[dict[str, Any]], **others: str) -> LinesAdded:
    return LinesAdded(**others, lines=tuple(Line(**line) for line in lines))


class Store:
    """Appends behind what it holds, as a warm process does; loads and snapshots read anew."""

    def __init__(self) -> None:
        client, self.dynamo = clients.client("dynamodb"), Dynamo()
        dynamo = self.dynamo
        self.events = DynamoEventStore(dynamo, create(client, EVENT_STORE))
        self._snapshots = DynamoSnapshotStore(dynamo, create(client, SNAPSHOTS))
        self.shapes = PydanticShapes()
        classes = {"bench.LinesAdded": LinesAdded}
        codec = AvroEventCodec(FileSchemaRegistry(SCHEMAS), self.shapes, classes, UpcasterChain(()))
        self._codec = AvroCommitCodec(codec, resource("schemas/avro"))
        denials = DecisionLog(DynamoDecisions(dynamo, create(client, DECISIONS)), now)
        policies = Policies(RegoPolicyEngine(resource("policies/rego")), denials)
        self.writer = partial(
            CommitWriter,
            events=self.events,
            event_codec=codec,
            commit_codec=self._codec,
            policies=policies,
            provenance=Provenance(policies.digest, code_digest()),
            trigger=SnapshotTrigger(),
        )
        self._reads = SideBySide(ThreadPoolExecutor(READERS))
        self.loader = self.loader_of(ORDER)
        self._held: dict[tuple[str, int], Loaded] = {}
        """By stream and version."""
        self._times: dict[str, datetime] = {}
        """When each command was first tried: a repeated request is the same bytes again."""

    def loader_of(self, aggregate: Aggregate) -> StreamLoader:
        """Return what loads streams of an aggregate of such orders."""
        return StreamLoader(
            aggregate,
            self.events,
            self._snapshots,
            self._codec,
            self.shapes,
            DEFAULT_INTERVAL,
            self._reads,
        )

    def append(self, stream: str, after: int, events: list[dict[str, Any]], command: str) -> None:
        loaded = self._held.get((stream, after)) or nothing(stream)
        at = self._times.setdefault(command, datetime.now(UTC))
        digest = hashlib.sha256(command.encode()).digest()
        accepted = Accepted(command, "bench.AddLines", digest, ASKED, None)
        made = [event_of(**event) for event in events]
        commit, _ = self.writer(now=lambda: at).seal(accepted, loaded, made)
        following = self.loader.follow(loaded, [commit])
        self.events.append(commit)
        self._held[stream, after + len(events)] = following

    def load(self, stream: str, *, strong: bool) -> list[str]:
        found = self.events.read(stream_of(stream), strong=strong)
        commits = map(self._codec.unpack, found)
        return [event.data.id for commit in commits for event in commit.events]

    def snapshot(self, stream: str) -> None:
        loaded = self.loader.load(stream_of(stream), strong=True)
        self._snapshots.save(self.loader.snapshot(loaded))

    def load_from_snapshot(self, stream: str) -> int:
        return int(self.loader.load(stream_of(stream)).state.events)


def stream_of(name: str) -> StreamId:
    """Return the stream of that name."""
    return StreamId("default", ORDER.name, name)


def nothing(name: str) -> Loaded:
    """Return a stream before its first event."""
    return Loaded(stream_of(name), None, Head(), Tail(), strong=False)


if __name__ == "__main__":
    serve(Store())
