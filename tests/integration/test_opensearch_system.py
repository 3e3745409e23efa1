"""The whole system with its read models on an OpenSearch node, which is killed and comes back."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from chalicelib.adapters.opensearch.cluster import Cluster
from chalicelib.adapters.opensearch.connection import Connection
from chalicelib.adapters.opensearch.layout import Layout
from chalicelib.adapters.opensearch.read_models import OpenSearchReadModels
from chalicelib.kernel.errors import Unavailable
from chalicelib.services.read_models import Document
from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.settings import OpenSearchSettings
from tests.support.client import Client
from tests.support.fetching import needed_in_ci
from tests.support.opensearch_indexes import settings_on
from tests.support.opensearch_node import Mortal

pytestmark = [pytest.mark.requirement("R6"), pytest.mark.requirement("T8")]

INDEX = "orders-v1"


@pytest.fixture(name="node")
def _node(tmp_path):
    with needed_in_ci():
        node = Mortal(tmp_path / "opensearch")
    with node:
        yield node


@pytest.fixture(name="opensearch_settings")
def _opensearch_settings(settings, opensearch):
    with settings_on(opensearch, settings) as found:
        yield found


def place(client, number, total=10.5):
    order = {"orderId": f"o-{number:03}", "customerId": "c-1", "totalAmount": total}
    return client.command("PlaceOrder", order)


def shown(client):
    return [each["orderId"] for each in client.many("/api/orders", ("sort", "placedAt"))]


def consumers(client):
    return client.system.operations.health()["consumers"]


def test_orders_are_found_and_summed(opensearch_settings):
    """As on SQLite; and the folder's own read models have none of it."""
    with Embedded.assemble(opensearch_settings) as embedded:
        client = Client(embedded)
        for number in range(60):
            place(client, number)
        client.settle()

        assert [f"o-{number:03}" for number in range(60)] == shown(client)
        assert 10.5 == client.one("/api/orders/{orderId}", orderId="o-007")["totalAmount"]
        assert 60 == len(client.many("/api/orders", ("q", "c")))
        (sales,) = client.totals("/api/sales")
        assert (60, 630) == (sales["orders"], sales["totalAmount"])
        ((count,),) = embedded.folder.read_models.rows("SELECT count(*) FROM documents", ())
        assert 0 == count


def test_an_index_that_was_dropped_is_filled_anew(opensearch_settings):
    """At the next start, from the log; until then it is told that there is none."""
    with Embedded.assemble(opensearch_settings) as embedded:
        client = Client(embedded)
        for number in range(5):
            place(client, number)
        client.settle()
        live = embedded.ports.lineups.get("order-details").live
        assert live is not None
        embedded.ports.read_models.drop(live)
        with pytest.raises(Unavailable, match=f"{live}: there is no such index"):
            shown(client)

    with Embedded.assemble(opensearch_settings) as embedded:
        client = Client(embedded)
        client.settle()
        assert [f"o-{number:03}" for number in range(5)] == shown(client)


class LosesAnAnswer:
    """Passes everything on; one put is done, but nobody is told, and nobody can find it yet."""

    def __init__(self, read_models):
        self._read_models = read_models
        self.armed = False

    def __getattr__(self, name):
        return getattr(self._read_models, name)

    def put(self, index, documents, *, visible=True):
        lost, self.armed = self.armed, False
        self._read_models.put(index, documents, visible=visible and not lost)
        if lost:
            raise Unavailable("the answer was lost")


def test_what_was_put_unheard_is_visible_once_the_position_tells_so(opensearch_settings):
    """Though the index is refreshed much later: it is put again, which waits."""
    slow = replace(opensearch_settings.opensearch, refresh=3_600_000)

    def adapt(ports):
        return replace(ports, read_models=LosesAnAnswer(ports.read_models))

    with Embedded.assemble(replace(opensearch_settings, opensearch=slow), adapt=adapt) as embedded:
        client, read_models = Client(embedded), embedded.ports.read_models
        handler = client.system.projections[0].beside("order-details-v2")
        token = place(client, 1).consistency_token
        commits = [commit for _, commit in embedded.ports.events.changes(0, 10)]
        read_models.armed = True
        with pytest.raises(Unavailable):
            handler.handle(commits)
        unseen = shown(client)

        handler.handle(commits)

        assert [] == unseen
        assert ["o-001"] == shown(client)
        assert client.one("/api/orders/{orderId}", token, orderId="o-001")


def test_the_alias_follows_a_rebuild(opensearch_settings):
    """It stands for the index that answers."""
    with Embedded.assemble(opensearch_settings) as embedded:
        client = Client(embedded)
        place(client, 1)
        client.settle()
        client.system.operations.rebuild("order-details")
        client.settle()

        live = embedded.ports.lineups.get("order-details").live
        models = embedded.ports.read_models
        alias = models._layout.name("order-details")
        answer = models._connection.change("a test", "GET", f"/_alias/{alias}")
        assert live.endswith("-r2")
        assert [models._layout.name(live)] == list(answer)


def test_an_outage_loses_nothing(settings, node):
    """Commands are taken meanwhile, the lag is told, and all is caught up with in the end."""
    where = OpenSearchSettings(node.url, refresh=20, replicas=0)
    with Embedded.assemble(replace(settings, opensearch=where)) as embedded:
        client = Client(embedded)
        for number in range(5):
            place(client, number)
        client.settle()

        node.kill()
        for number in range(5, 12):
            place(client, number)
        embedded.pump.step()
        embedded.pump.step()
        with pytest.raises(Unavailable):
            shown(client)
        behind = [each for each in consumers(client) if each["lag"]]

        node.start()
        client.settle()
        health = client.system.operations.health()

        assert {"order-details", "sales"} <= {each["name"].partition(".")[0] for each in behind}
        assert all(each["failures"] for each in behind)
        assert [f"o-{number:03}" for number in range(12)] == shown(client)
        assert [0] * len(consumers(client)) == [each["lag"] for each in consumers(client)]
        assert (0, 0) == (health["parkedCount"], health["deadLetterCount"])


def test_a_node_that_is_killed_in_mid_bulk_has_all_that_was_confirmed(node):
    """The rest is put again, and each document is there once, in its newest version."""

    def with_seconds(budget):
        connection = Connection(Cluster(node.url), budget=budget, patience=budget)
        layout = Layout(replicas=0, refresh=0.02)
        return OpenSearchReadModels(connection, layout, largest=20_000)

    with_seconds(60).create(INDEX, {"total": int})
    read_models = with_seconds(2)
    batches = [
        [Document("default", f"{n:04}", 1 + n % 3, bytes(2000), {"total": n}) for n in numbers]
        for numbers in (range(begin, begin + 100) for begin in range(0, 4000, 100))
    ]
    confirmed, begun = [], threading.Event()

    def put():
        for batch in batches:
            read_models.put(INDEX, batch, visible=False)
            confirmed.extend(batch)
            begun.set()

    def until_it_breaks():
        with pytest.raises(Unavailable):
            put()

    writer = threading.Thread(target=until_it_breaks)
    writer.start()
    begun.wait()
    node.kill()
    writer.join()
    node.start()
    read_models = with_seconds(60)  # its shards come back one after the other
    kept = [read_models.get(INDEX, "default", each.id) for each in confirmed]
    put()
    read_models.settle(INDEX)

    whole, behind = [], None
    while page := read_models.page(INDEX, behind, 500):
        whole += page
        behind = (page[-1].tenant, page[-1].id)
    assert 0 < len(kept) < 4000
    assert kept == confirmed[: len(kept)]
    assert [document for batch in batches for document in batch] == whole
