"""eventsourcing with eventsourcing-dynamodb, as its documentation has it; the table is as small as
its recorder's key allows."""

from __future__ import annotations

import os
from copy import deepcopy
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import boto3
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from tests.bench.peers.serving import Unsupported, serve

TABLE = "eventsourcing"


class Orders(Aggregate):
    @event("Opened")
    def __init__(self, name: str) -> None:
        self.name = name
        self.ids: list[str] = []
        self.cents = 0

    @staticmethod
    def create_id(name: str) -> UUID:
        return uuid5(NAMESPACE_URL, f"/orders/{name}")

    @event("LinesAdded")
    def add(
        self,
        id: str,  # noqa: A002 - what all stores are given
        customer: str,
        currency: str,
        note: str,
        lines: list[dict[str, Any]],
    ) -> None:
        self.ids.append(id)
        self.cents += sum(line["quantity"] * line["cents"] for line in lines)


class Store:
    """Its first event is the aggregate's own, so a stream has one event more than elsewhere."""

    def __init__(self) -> None:
        boto3.client("dynamodb").create_table(
            TableName=TABLE,
            KeySchema=[
                {"AttributeName": "originator_id", "KeyType": "HASH"},
                {"AttributeName": "originator_version", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "originator_id", "AttributeType": "S"},
                {"AttributeName": "originator_version", "AttributeType": "N"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        os.environ |= {
            "PERSISTENCE_MODULE": "eventsourcing_dynamodb",
            "DYNAMO_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"],
            "DYNAMO_TABLE": TABLE,
            "IS_SNAPSHOTTING_ENABLED": "yes",
        }
        self._application: Application = Application()
        self._plain: Application = Application(env={"IS_SNAPSHOTTING_ENABLED": "no"})
        self._held: dict[tuple[str, int], Orders] = {}
        """What a client that has loaded a stream holds, by stream and version."""

    def append(self, stream: str, after: int, events: list[dict[str, Any]], command: str) -> None:
        orders = self._loaded(stream, after)
        for each in events:
            orders.add(**each)
        self._plain.save(orders)
        self._held[stream, after + len(events)] = orders

    def _loaded(self, stream: str, after: int) -> Orders:
        if after:
            return deepcopy(self._held[stream, after])
        opened: Orders = Orders(stream)
        self._plain.save(opened)
        return opened

    def load(self, stream: str, *, strong: bool) -> list[str]:
        if strong:
            raise Unsupported("no read is strong")
        orders: Orders = self._plain.repository.get(Orders.create_id(stream))
        return orders.ids

    def snapshot(self, stream: str) -> None:
        self._application.take_snapshot(Orders.create_id(stream))

    def load_from_snapshot(self, stream: str) -> int:
        orders: Orders = self._application.repository.get(Orders.create_id(stream))
        return len(orders.ids)


if __name__ == "__main__":
    serve(Store())
