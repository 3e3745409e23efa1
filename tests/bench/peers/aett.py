"""aett, as its documentation has it: aggregates in a repository over commits and snapshots."""

import os
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from aett.domain import Aggregate, DefaultAggregateRepository
from aett.eventstore import Commit, DomainEvent, EventMessage, Memento, Topic, TopicMap
from aett.storage.synchronous.dynamodb.commit_store import CommitStore
from aett.storage.synchronous.dynamodb.persistence_management import PersistenceManagement
from aett.storage.synchronous.dynamodb.snapshot_store import SnapshotStore
from pydantic import BaseModel

from tests.bench.peers.serving import Unsupported, serve

TENANT = "default"


class Line(BaseModel):
    product: str
    name: str
    quantity: int
    cents: int


@Topic("LinesAdded")
class LinesAdded(DomainEvent):
    id: str
    customer: str
    currency: str
    note: str
    lines: list[Line]


class Order(BaseModel):
    events: int
    cents: int


class OrderMemento(Memento[Order]):
    payload: Order


class Orders(Aggregate[OrderMemento]):
    def apply_memento(self, memento: OrderMemento) -> None:
        self.state = memento.payload

    def get_memento(self) -> OrderMemento:
        return OrderMemento(id=self.id, version=self.version, payload=self.state)

    def _apply(self, event: LinesAdded) -> None:
        before = getattr(self, "state", Order(events=0, cents=0))
        total = before.cents + sum(line.quantity * line.cents for line in event.lines)
        self.state = Order(events=before.events + 1, cents=total)


class Store:
    def __init__(self) -> None:
        port = urlsplit(os.environ["AWS_ENDPOINT_URL"]).port
        place = {"region": "localhost", "port": port}
        PersistenceManagement(**place).initialize()
        topics = TopicMap().register(LinesAdded)
        self._commits = CommitStore(topics, **place)
        self._repository = DefaultAggregateRepository(TENANT, self._commits, SnapshotStore(**place))
        self._sequences: dict[tuple[str, int], int] = {}

    def append(self, stream: str, after: int, events: list[dict[str, Any]], command: str) -> None:
        now = datetime.now(UTC)
        sequence = self._sequences.get((stream, after), 0) + 1
        self._sequences[stream, after + len(events)] = sequence
        self._commits.commit(
            Commit(
                tenant_id=TENANT,
                stream_id=stream,
                stream_revision=after + len(events),
                commit_id=uuid.UUID(command),
                commit_sequence=sequence,
                commit_stamp=now,
                headers={},
                events=[
                    EventMessage(
                        body=LinesAdded(source=stream, timestamp=now, version=version, **event)
                    )
                    for version, event in enumerate(events, start=after + 1)
                ],
                checkpoint_token=0,
            )
        )

    def load(self, stream: str, *, strong: bool) -> list[str]:
        if not strong:
            raise Unsupported("every read is strong")
        commits = self._commits.get(TENANT, stream)
        return [event.body.id for commit in commits for event in commit.events]

    def snapshot(self, stream: str) -> None:
        self._repository.snapshot(Orders, stream)

    def load_from_snapshot(self, stream: str) -> int:
        return int(self._repository.get(Orders, stream).state.events)


if __name__ == "__main__":
    serve(Store())
