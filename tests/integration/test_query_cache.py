"""Kept answers over real read models: never older than a token, nor another tenant's or index's."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest

from chalicelib.domain.orders.projections import order_details, sales
from chalicelib.kernel.errors import InvalidInput
from chalicelib.kernel.views import Many, Totals
from chalicelib.services.consistency import decode_token
from chalicelib.services.queries import Question
from chalicelib.wiring.embedded import Embedded
from tests.support.client import DEVELOPER, Client

pytestmark = [pytest.mark.requirement("R6"), pytest.mark.requirement("T8")]

LIST = Many("/api/orders", order_details, sort="orderId")
SALES = Totals("/api/sales", sales, by=("status",), sums=("totalAmount",), count="orders")


def place(client, number, total=5):
    body = {"orderId": f"o-{number}", "customerId": "c", "totalAmount": total}
    return client.command("PlaceOrder", body).consistency_token


def listed(client, *parameters, token=None, tenant="default"):
    after = decode_token(token) if token else ()
    page = client.system.queries.many(LIST, Question(tenant, list(parameters), {}, after))
    return [json.loads(each)["orderId"] for each in page.items], page.cached


class Untold:
    """Read models that can't tell their revision; ``found`` counts how often one is asked."""

    def __init__(self, read_models):
        self._read_models = read_models
        self.found = 0

    def __getattr__(self, name):
        return getattr(self._read_models, name)

    def revision(self, index, tenant):
        return None

    def find(self, index, query):
        self.found += 1
        return self._read_models.find(index, query)


@pytest.fixture(name="untold")
def _untold(settings):
    """A client of a system that may show what is up to an hour old."""
    with Embedded.assemble(
        replace(settings, max_staleness=3600),
        adapt=lambda ports: replace(ports, read_models=Untold(ports.read_models)),
    ) as embedded:
        yield Client(embedded)


def test_an_answer_is_kept_until_its_index_changes(client):
    """
    In whatever words it is asked for; a write of the same tenant ends it.
    """
    place(client, 1)
    client.settle()
    first, again = ("status", "placed"), ("version[gte]", "1")

    assert (["o-1"], False) == listed(client, first, again)
    assert (["o-1"], True) == listed(client, again, first, first)
    place(client, 2)
    client.settle()
    assert (["o-1", "o-2"], False) == listed(client, first, again)


def test_totals_are_kept_too(client):
    """
    And show each write that is behind them.
    """
    asked = Question("default", [], {})
    answers = []
    for number in range(2):
        place(client, number)
        client.settle()
        answers += [client.system.queries.totals(SALES, asked) for _ in range(2)]

    assert [1, 1, 2, 2] == [json.loads(each.items[0])["orders"] for each in answers]
    assert [False, True, False, True] == [each.cached for each in answers]


def test_tenants_have_answers_of_their_own(client):
    """
    The same query, another tenant: never what the first one was shown.
    """
    elsewhere = Client(client.embedded, replace(DEVELOPER, tenant="other"))
    place(client, 1)
    place(elsewhere, 2)
    client.settle()

    found = [listed(client, tenant=tenant) for tenant in ("default", "other", "default", "other")]

    assert [(["o-1"], False), (["o-2"], False), (["o-1"], True), (["o-2"], True)] == found
    place(elsewhere, 3)
    client.settle()
    assert (["o-1"], True) == listed(client)


def test_a_token_is_never_answered_from_before_its_write(client):
    """
    Writers and readers side by side: each reader finds what its own token names.
    """
    wrong: list[object] = []

    def write(base):
        for number in range(base, base + 15):
            token = place(client, number)
            asked = Question("default", [("limit", "200")], {}, decode_token(token), wait=10)
            page = client.system.queries.many(LIST, asked)
            if f"o-{number}" not in [json.loads(each)["orderId"] for each in page.items]:
                wrong.append(number)

    client.embedded.pump.start()
    threads = [threading.Thread(target=write, args=(100 * n,)) for n in range(1, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == wrong
    assert 45 == len(listed(client, ("limit", "200"))[0])


def test_without_a_revision_only_a_token_sees_the_write_at_once(untold):
    """
    Others may be shown what is within the bound, until someone has asked anew.
    """
    place(untold, 1)
    untold.settle()
    listed(untold)
    token = place(untold, 2)
    untold.settle()

    assert (["o-1"], True) == listed(untold)
    assert (["o-1", "o-2"], False) == listed(untold, token=token)
    assert (["o-1", "o-2"], True) == listed(untold)
    asked = untold.embedded.ports.read_models.found
    anew = Question("default", [], {}, anew=True)
    assert not untold.system.queries.many(LIST, anew).cached
    assert asked + 1 == untold.embedded.ports.read_models.found


def test_another_index_has_other_answers_and_other_cursors(client):
    """
    After a switch nothing that was kept is given, and a list that was begun is begun anew.
    """
    for number in range(3):
        place(client, number)
    client.settle()
    asked = Question("default", [("limit", "2")], {})
    before = client.system.queries.many(LIST, asked)
    assert client.system.queries.many(LIST, asked).cached

    client.system.operations.rebuild(order_details.name)
    client.settle()
    live = client.embedded.ports.lineups.get(order_details.name).live
    assert live not in (None, order_details.index)

    after = client.system.queries.many(LIST, asked)
    assert (before.items, False) == (after.items, after.cached)
    with pytest.raises(InvalidInput, match="its index answers no more"):
        client.system.queries.many(
            LIST, replace(asked, parameters=[*asked.parameters, ("cursor", before.next)])
        )
    more = replace(asked, parameters=[*asked.parameters, ("cursor", after.next)])
    assert 1 == len(client.system.queries.many(LIST, more).items)
