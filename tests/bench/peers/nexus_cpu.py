"""The client's own processor time: of the bare SDK call, of the adapter, and of the whole."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING, Any

from botocore.session import Session

from chalicelib.adapters.aws.dynamodb.commits import item_of
from chalicelib.adapters.aws.dynamodb.tables import EVENT_STORE
from chalicelib.kernel.stream import StreamId
from tests.bench.peers.nexus import Store, nothing, stream_of
from tests.bench.peers.serving import serve
from tests.bench.texts import Texts
from tests.support.commits import a_history

if TYPE_CHECKING:
    from collections.abc import Callable

LOADED = "loaded"
COMMITS = 200
PER_COMMIT = 5
SIZE = 300
WARM_UP = 5
"""Calls of each kind that don't count."""


class Measured(Store):
    """The store, measured from inside its process."""

    def __init__(self) -> None:
        super().__init__()
        self._bare = Session().create_client("dynamodb")
        self._texts = Texts()

    def client_cpu(self, rounds: int) -> dict[str, float]:
        """Return seconds of processor time for each kind of call: the median, taken in turns."""
        for number in range(COMMITS):
            events = self._texts.events(PER_COMMIT, SIZE)
            self.append(LOADED, number * PER_COMMIT, events, self._texts.uuid())
        kinds: dict[str, Callable[[int], Any]] = {
            "bare insert": self._insert_bare,
            "adapter's append": self._insert,
            "governed append": self._append,
            "bare query": self._query_bare,
            "adapter's read": self._read,
            "load and fold": self._load,
        }
        taken: dict[str, list[float]] = {kind: [] for kind in kinds}
        for number in range(rounds + WARM_UP):
            for kind, call in kinds.items():
                before = time.process_time()
                call(number)
                taken[kind].append(time.process_time() - before)
        return {kind: median(each[WARM_UP:]) for kind, each in taken.items()}

    def _insert_bare(self, number: int) -> None:
        (commit,) = a_history(StreamId("default", "Bare", f"s-{number}"), [1], body=bytes(800))
        self._bare.put_item(
            TableName=EVENT_STORE.name,
            Item=item_of(commit),
            ConditionExpression="attribute_not_exists(version)",
            ReturnConsumedCapacity="TOTAL",
        )

    def _insert(self, number: int) -> None:
        (commit,) = a_history(StreamId("default", "Adapter", f"s-{number}"), [1], body=bytes(800))
        self.events.append(commit)

    def _append(self, number: int) -> None:
        self.append(f"governed-{number}", 0, self._texts.events(1, SIZE), self._texts.uuid())

    def _query_bare(self, number: int) -> None:
        self._bare.query(
            TableName=EVENT_STORE.name,
            KeyConditionExpression="#s = :s",
            ExpressionAttributeNames={"#s": "stream"},
            ExpressionAttributeValues={":s": {"S": str(stream_of(LOADED))}},
            ReturnConsumedCapacity="TOTAL",
        )

    def _read(self, number: int) -> None:
        list(self.events.read(stream_of(LOADED)))

    def _load(self, number: int) -> None:
        self.loader.catch_up(nothing(LOADED))


if __name__ == "__main__":
    serve(Measured())
