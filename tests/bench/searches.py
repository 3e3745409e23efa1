"""What a query on OpenSearch takes beside its bare searches, a put beside a bulk, and the lag."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from opensearchpy import OpenSearch, Transport, helpers

from chalicelib.adapters.opensearch.connection import Connection
from chalicelib.adapters.opensearch.documents import key_of, source_of
from chalicelib.domain.orders.projections import order_details, sales
from chalicelib.kernel.views import Many, Totals
from chalicelib.services.queries import Question
from chalicelib.services.read_models import Document
from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.settings import OpenSearchSettings, Settings
from tests.support import opensearch_node
from tests.support.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ORDERS: Final = 500
ROUNDS: Final = 100
LAGS: Final = 20
REFRESH: Final = 500
"""Milliseconds, as it is unless it is set."""
DOCUMENTS: Final = 3_000
BATCH: Final = 500
REPEATS: Final = 3

Spread = tuple[float, float]
"""The median, and what 99 of 100 stay below, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query: its own time, beside that of the client, and how many times as long as bare."""

    what: str
    requests: int
    own: Spread
    times_bare: float


@dataclass(frozen=True, slots=True)
class Searches:
    """All that was measured; ``rates`` are documents a second: our put, opensearch-py's bulk."""

    asked: list[Asked]
    rates: Spread
    lag: Spread


def measure() -> Searches:
    """Measure it on a node of its own; raises CannotRun."""
    with TemporaryDirectory() as folder, opensearch_node.running(Path(folder) / "node") as node:
        where = OpenSearchSettings(node.endpoint, refresh=REFRESH, replicas=0)
        settings = Settings(data=Path(folder) / "data", opensearch=where)
        with Embedded.assemble(settings) as embedded, OpenSearch([node.endpoint]) as bare:
            client = Client(embedded)
            for number in range(ORDERS):
                _place(client, number)
            client.settle()
            asked = [_asked(*each, bare) for each in _queries(client)]
            rates = _rates(embedded.ports.read_models, bare)
            embedded.pump.start()
            return Searches(asked, rates, _lag(client))


def _place(client: Client, number: int) -> str | None:
    body = {"orderId": f"o-{number}", "customerId": f"c-{number % 9}", "totalAmount": 9.99}
    return client.command("PlaceOrder", body).consistency_token


def _queries(client: Client) -> list[tuple[str, Callable[[], object]]]:
    queries = client.system.queries
    listed = Many("/api/orders", order_details, sort="-placedAt")
    summed = Totals("/api/sales", sales, by=("day", "status"), sums=("totalAmount",))
    searched = [("totalAmount[gte]", "5"), ("q", "c 1")]

    def asked(parameters: list[tuple[str, str]] | None = None) -> Question:
        return Question("default", parameters or [], {}, anew=True)

    return [
        ("one order", lambda: client.one("/api/orders/{orderId}", orderId="o-7")),
        ("50 orders, newest first", lambda: queries.many(listed, asked())),
        ("50 orders, filtered and searched", lambda: queries.many(listed, asked(searched))),
        ("sales by day and status", lambda: queries.totals(summed, asked())),
    ]


def _asked(what: str, ask: Callable[[], object], bare: Any) -> Asked:
    ask()
    with _overheard() as sent:
        ask()

    def send() -> None:
        for method, path, body in sent:
            bare.transport.perform_request(method, path, body=body)

    own, whole, sent_bare = list[float](), list[float](), list[float]()
    for _ in range(ROUNDS):
        with _waiting() as waited:
            whole.append(_milliseconds(ask))
        own.append(whole[-1] - sum(waited))
        sent_bare.append(_milliseconds(send))
    return Asked(what, len(sent), _spread(own), median(whole) / median(sent_bare))


@contextmanager
def _waiting() -> Iterator[list[float]]:
    """Give the milliseconds of each request that opensearch-py makes meanwhile, with its own."""
    waited: list[float] = []
    perform = Transport.perform_request

    def timed(self: Any, *request: Any, **more: Any) -> Any:
        began = time.perf_counter()
        try:
            return perform(self, *request, **more)
        finally:
            waited.append((time.perf_counter() - began) * 1000)

    with patch.object(Transport, "perform_request", timed):
        yield waited


@contextmanager
def _overheard() -> Iterator[list[tuple[str, str, object]]]:
    """Give the requests that are made meanwhile."""
    sent: list[tuple[str, str, object]] = []
    once = Connection.once

    def overhear(self: Connection, what: str, *request: Any, **more: Any) -> Any:
        sent.append((request[0], request[1], dict(request[2])))
        return once(self, what, *request, **more)

    with patch.object(Connection, "once", overhear):
        yield sent


def _rates(read_models: Any, bare: Any) -> Spread:
    """Return the medians of some rounds, of turns with the same documents into indexes alike."""
    rates: tuple[list[float], list[float]] = ([], [])
    for number in range(REPEATS):
        documents = [
            Document(
                "default", f"{number}-{each}", 1, b"x" * 600, {"total": each, "status": "paid"}
            )
            for each in range(DOCUMENTS)
        ]
        ours, theirs = f"ours-v{number}", f"theirs-v{number}"
        for index in (ours, theirs):
            read_models.create(index, {"total": int, "status": str})
        ours_take = _milliseconds(partial(_put, read_models, ours, documents))
        theirs_take = _milliseconds(partial(_bulk, bare, theirs, documents))
        rates[0].append(DOCUMENTS / ours_take * 1000)
        rates[1].append(DOCUMENTS / theirs_take * 1000)
    return median(rates[0]), median(rates[1])


def _put(read_models: Any, index: str, documents: list[Document]) -> None:
    for begin in range(0, len(documents), BATCH):
        read_models.put(index, documents[begin : begin + BATCH], visible=False)


def _bulk(bare: Any, index: str, documents: list[Document]) -> None:
    """Put the same documents, sealed and laid out as ours are."""
    actions = (
        {
            "_index": f"nexus-{index}",
            "_id": key_of(each.tenant, each.id),
            "_source": source_of(each),
        }
        for each in documents
    )
    helpers.bulk(bare, actions, chunk_size=BATCH)


def _lag(client: Client) -> Spread:
    taken = []
    for number in range(ORDERS, ORDERS + LAGS):
        _place(client, number)
        began = time.perf_counter()
        while not client.many("/api/orders", ("q", f"o {number}")):
            time.sleep(0.005)
        taken.append((time.perf_counter() - began) * 1000)
    return _spread(taken)


def _milliseconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def _spread(taken: list[float]) -> Spread:
    hundredths = quantiles(taken, n=100, method="inclusive")
    return hundredths[49], hundredths[98]
