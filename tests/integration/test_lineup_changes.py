"""Changes of a lineup over real adapters: killed at any write, at once, and under those who ask."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest

from chalicelib.adapters.aws.dynamodb.export import Export
from chalicelib.domain.orders.projections import order_details, sales
from chalicelib.kernel.errors import BeingBuilt, NotFound, Rejected, Unavailable
from chalicelib.kernel.views import Many, One, Totals
from chalicelib.services.lineups import State
from chalicelib.services.places import Places
from chalicelib.services.queries import Question
from chalicelib.services.rebuilds import Rebuilder
from chalicelib.wiring.container import ROUTER
from chalicelib.wiring.embedded import Embedded
from tests.integration.test_rebuilds import (
    FIRST,
    LATER,
    SECOND,
    STOPPED,
    Killed,
    Life,
    Mortal,
    asked,
    fold,
    held_by,
    live,
    live_index,
    rebuilder,
    settle,
    shown,
    spoil,
    with_later,
)
from tests.support.client import Client
from tests.support.exports import write_export

pytestmark = [pytest.mark.requirement("R5"), pytest.mark.requirement("T8")]

ORDER = One("/api/orders/{orderId}", order_details)
ORDERS = Many("/api/orders", order_details, sort="orderId")
SALES = Totals("/api/sales", sales, by=("status",), sums=("totalAmount",), count="orders")
CHANGES = ["switch", "roll_back", "retire", "discard"]


def prepare(client, change):
    """Bring the lineup to where a change is possible."""
    for number in range(5):
        live(client, f"o-{number}")
    client.settle()
    if change in ("switch", "discard"):
        spoil(client)
    rebuilder(client).start()
    client.settle()


@pytest.mark.requirement("T11")
@pytest.mark.parametrize("writes", range(7))
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_whole_or_not_at_all(settings, change, writes):
    """
    Killed before any of its writes: after the next start what answers is complete, what has left is
    gone, and the change can be made if it was not.
    """
    life = Life()

    def adapt(ports):
        return replace(
            ports,
            read_models=Mortal(ports.read_models, life),
            positions=Mortal(ports.positions, life),
            dead_letters=Mortal(ports.dead_letters, life),
        )

    with Embedded.assemble(settings, adapt=adapt) as embedded:
        client = Client(embedded)
        prepare(client, change)
        rebuilder(client)._lineups = Mortal(rebuilder(client)._lineups, life)
        life.left = writes
        with suppress(Killed):
            getattr(rebuilder(client), change)()
    with Embedded.assemble(settings) as again:
        client = Client(again)
        with suppress(Rejected):
            getattr(rebuilder(client), change)()
        live(client, "late")
        client.settle()

        lineup = rebuilder(client).lineup()
        kept = [index for index in (FIRST, SECOND) if ([], []) != held_by(client, index)]
        assert ((), None) == (lineup.leaving, lineup.next)
        assert sorted(lineup.fed) == kept
        if change == "discard":
            assert (FIRST, None, State.DISCARDED) == (*lineup.fed, lineup.previous, state(lineup))
        else:
            assert fold(client) == shown(client)


def state(lineup):
    return lineup.rebuild.state


def test_changes_at_once_are_one_after_the_other(client):
    """
    From eight threads, while commits are delivered: the one that answers is complete, and no index
    that has left has anything.
    """
    prepare(client, "roll_back")

    def change(number):
        with suppress(Rejected):
            getattr(rebuilder(client), ("roll_back", "start", "discard", "retire")[number % 4])()

    with ThreadPoolExecutor(8) as threads:
        changes = [threads.submit(change, number) for number in range(24)]
        for number in range(10, 20):
            live(client, f"o-{number}", until=1)
            client.embedded.pump.step()
        for each in changes:
            each.result()
    settle(client)

    lineup = rebuilder(client).lineup()
    assert fold(client) == shown(client)
    tables = {("documents", "index_name"), ("positions", "consumer")}
    for table, column in tables:
        found = client.embedded.folder.read_models.rows(
            f"SELECT DISTINCT {column} FROM {table} WHERE {column} LIKE 'order-details-%'"
        )
        assert {name for (name,) in found} == set(lineup.fed)


def test_commits_that_were_read_for_a_rebuild_go_to_no_other(client):
    """
    One is given up and another begins between the reading of a batch and its handling: the other
    begins with the first commit.
    """
    for number in range(40):
        live(client, f"o-{number}")
    client.settle()
    running = rebuilder(client).start()
    history = [commit for _, commit in client.embedded.ports.events.changes(0, 100)]
    rebuilder(client).discard()
    other = rebuilder(client).start()

    rebuilder(client).replay(running, history)
    rebuilder(client).put_aside(running, history[0], ValueError("x"))

    assert other == rebuilder(client).lineup().next
    client.settle()
    assert (other.index, fold(client)) == (live_index(client), shown(client))


def test_an_index_that_has_left_is_not_redriven(client):
    """
    It would be written again, and nobody would ever drop it.
    """
    prepare(client, "retire")
    rebuilder(client).retire()

    with pytest.raises(NotFound, match=f"{FIRST} is no index of order-details any more"):
        rebuilder(client).redrive(FIRST, STOPPED)


class Late:
    """Read models that are asked only when somebody has done something."""

    def __init__(self, read_models):
        self._read_models = read_models
        self.before = []

    def __getattr__(self, name):
        if name in ("get", "find", "group") and self.before:
            self.before.pop()()
        return getattr(self._read_models, name)


@pytest.mark.requirement("R6")
@pytest.mark.parametrize(
    ("view", "how", "captured"),
    [
        (ORDER, "one", {"orderId": "o-1"}),
        (ORDERS, "many", {}),
        (SALES, "totals", {}),
    ],
)
def test_a_query_of_an_index_that_is_dropped_meanwhile_is_told_so(settings, view, how, captured):
    """
    It asks again, and gets the answer; it is never told that there is nothing.
    """
    late = []
    name = view.projection.name

    def adapt(ports):
        late.append(Late(ports.read_models))
        return replace(ports, read_models=late[0])

    with Embedded.assemble(settings, adapt=adapt) as embedded:
        client = Client(embedded)
        live(client, "o-1")
        client.settle()

        def exchange():
            rebuilder(client, name).start()
            client.settle()
            rebuilder(client, name).retire()

        late[0].before.append(exchange)
        ask = getattr(embedded.system.queries, how)
        with pytest.raises(Unavailable, match="was dropped while it was asked: ask again"):
            ask(view, Question("default", [], captured))
        assert ask(view, Question("default", [], captured))


def test_without_derived_data_nothing_is_shown_before_it_is_whole(settings):
    """
    As at the first start of another release, which makes that file again from the log.
    """
    with Embedded.assemble(settings) as embedded:
        client = Client(embedded)
        for number in range(100):
            live(client, f"o-{number}")
        client.settle()
        path = embedded.folder.read_models.path
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()
    with Embedded.assemble(settings) as embedded:
        client = Client(embedded)
        told = 0
        while rebuilder(client).under_way():
            with pytest.raises(BeingBuilt):
                client.one("/api/orders/{orderId}", orderId="o-0")
            told += 1
            assert client.embedded.pump.step()

        assert 2 < told
        assert 100 == len(client.many("/api/orders"))


def test_a_roll_back_to_the_version_before_stands(settings):
    """
    A start fills no other index in its place, until somebody wants one.
    """
    later = replace(LATER, supersedes=order_details)
    with Embedded.assemble(settings) as embedded:
        live(Client(embedded), "o-1")
        Client(embedded).settle()
    with Embedded.assemble(settings, [with_later(later)]) as embedded:
        Client(embedded).settle()
        rebuilder(Client(embedded)).roll_back()
    with Embedded.assemble(settings, [with_later(later)]) as embedded:
        client = Client(embedded)
        client.settle()
        assert b'"shipped"' in asked(client, later)
        rebuilder(client).start()
        client.settle()
        assert ("order-details-v3-r2", FIRST) == rebuilder(client).lineup().fed


@pytest.mark.requirement("R4")
def test_an_export_fills_an_index_as_the_store_does(client, tmp_path):
    """
    What is delivered meanwhile, and is in the export as well, counts once.
    """
    for number in range(20):
        live(client, f"o-{number}")
    client.settle()
    ports = client.embedded.ports
    history = [commit for _, commit in ports.events.changes(0, 1000)]
    write_export(tmp_path / "export", history)
    commits = list(Export.of_folder(tmp_path / "export").commits())
    (handler,) = [
        each for each in client.system.projections if each.projection.name == order_details.name
    ]
    places = Places(ports.read_models, ports.positions, ports.dead_letters)
    filled = Rebuilder(
        [handler],
        places,
        ports.lineups,
        router=ROUTER,
        recorded=lambda: len(commits),
        now=ports.now,
    )

    filled.start()
    filled.deliver(history[-10:])
    for begin in range(0, len(commits), 25):
        running = filled.under_way()
        assert running is not None
        filled.replay(running, commits[begin : begin + 25])

    assert (State.DONE, SECOND) == (filled.lineup().rebuild.state, live_index(client))
    assert fold(client) == shown(client)
