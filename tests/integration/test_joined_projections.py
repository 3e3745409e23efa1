"""A projection of two aggregates: totals that join their streams count each of them once."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from chalicelib.adapters.avro.registry import FileSchemaRegistry
from chalicelib.domain.orders import orders
from chalicelib.domain.orders.projections import order_details
from chalicelib.kernel.commit import Path
from chalicelib.kernel.context import Aggregate, BoundedContext
from chalicelib.kernel.decider import Decider
from chalicelib.kernel.errors import Misconfigured
from chalicelib.kernel.messages import Command, Event
from chalicelib.kernel.projection import Projection
from chalicelib.kernel.values import Identifier, Money
from chalicelib.kernel.views import Many, One, Totals
from chalicelib.services.queries import Question
from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.resources import resource
from tests.support.client import Client

pytestmark = [pytest.mark.requirement("R6"), pytest.mark.requirement("T8")]

SHOPS = ("north", "south", "west")


@dataclass(frozen=True)
class RecordSale(Command):
    sale_id: Identifier
    shop: Identifier
    amount: Money


@dataclass(frozen=True)
class SaleRecorded(Event):
    sale_id: Identifier
    shop: Identifier
    amount: Money


@dataclass(frozen=True)
class RecordRefund(Command):
    refund_id: Identifier
    shop: Identifier
    amount: Money


@dataclass(frozen=True)
class RefundRecorded(Event):
    refund_id: Identifier
    shop: Identifier
    amount: Money


@dataclass(frozen=True)
class Booked:
    """What a stream has come to."""

    amount: Decimal


@dataclass(frozen=True)
class Entry:
    """What a sale or a refund contributes; corrections of either replace it."""

    shop: str
    sold: Decimal
    returned: Decimal
    corrections: int


def evolve(state, event):
    return Booked(event.amount)


def decide_sale(command, state):
    return [SaleRecorded(command.sale_id, command.shop, command.amount)]


def decide_refund(command, state):
    return [RefundRecorded(command.refund_id, command.shop, command.amount)]


def apply(document, recorded):
    event, nothing = recorded.data, Decimal(0)
    corrections = document.corrections + 1 if document else 0
    if isinstance(event, SaleRecorded):
        return Entry(event.shop, event.amount, nothing, corrections)
    return Entry(event.shop, nothing, event.amount, corrections)


def aggregate(name, identity, decide, command, event):
    return Aggregate(name, identity, Booked, Decider(None, evolve, decide), (command,), (event,))


takings = Projection("takings", 1, ("Sale", "Refund"), frozenset({Path.CORE}), Entry, apply)
ENTRIES = Many("/api/entries", takings, sort="shop")
TAKINGS = Totals("/api/takings", takings, by=("shop",), sums=("sold", "returned", "corrections"))
OF_SHOP = Totals("/api/shops/{shop}/takings", takings, by=("shop",), sums=("sold", "returned"))
till = BoundedContext(
    name="till",
    aggregates=(
        aggregate("Sale", "sale_id", decide_sale, RecordSale, SaleRecorded),
        aggregate("Refund", "refund_id", decide_refund, RecordRefund, RefundRecorded),
    ),
    projections=(takings,),
    views=(ENTRIES, TAKINGS, OF_SHOP),
)


def schema(name, identity):
    money = {"type": "bytes", "logicalType": "decimal", "precision": 14, "scale": 2}
    fields = [(identity, "string"), ("shop", "string"), ("amount", money)]
    return {
        "type": "record",
        "name": name,
        "namespace": "nexus.till",
        "doc": name,
        "nexus": {
            "owner": "till",
            "classification": "internal",
            "propagation": "core",
            "compatibility": "BACKWARD",
            "subject": None,
        },
        "fields": [{"name": each, "type": kind, "doc": each} for each, kind in fields],
    }


@pytest.fixture(name="client")
def _client(settings, tmp_path):
    folder = tmp_path / "schemas"
    shutil.copytree(resource("schemas/avro"), folder)
    for name, identity in (("SaleRecorded", "saleId"), ("RefundRecorded", "refundId")):
        (folder / "till" / name).mkdir(parents=True)
        (folder / "till" / name / "v1.avsc").write_text(json.dumps(schema(name, identity)))
    registry = FileSchemaRegistry(folder)
    with Embedded.assemble(
        settings, [till], adapt=lambda ports: replace(ports, registry=registry)
    ) as embedded:
        yield Client(embedded)


def history(client, chance):
    """Sales and refunds of three shops, corrected now and then; ids are shared between the two.

    Returns what each shop has sold, has taken back, and how often was corrected.
    """
    last: dict[tuple[str, str], tuple[str, Decimal, int]] = {}
    for _ in range(60):
        kind, number = chance.choice(["Sale", "Refund"]), f"n-{chance.randrange(15)}"
        shop, cents = chance.choice(SHOPS), chance.randrange(1, 100_000)
        body = {f"{kind.lower()}Id": number, "shop": shop, "amount": cents / 100}
        client.command(f"Record{kind}", body)
        *_, corrections = last.get((kind, number), ("", Decimal(0), -1))
        last[kind, number] = shop, Decimal(cents) / 100, corrections + 1
    tally: dict[str, list[Decimal]] = {shop: [Decimal(0)] * 4 for shop in SHOPS}
    for (kind, _), (shop, amount, corrections) in last.items():
        tally[shop][0] += 1
        tally[shop][1 if kind == "Sale" else 2] += amount
        tally[shop][3] += corrections
    return tally, last


def shown(client):
    page = client.system.queries.totals(TAKINGS, Question("default", [], {}))
    rows = [json.loads(row, parse_float=Decimal) for row in page.items]
    return {row["shop"]: [row["count"], row["sold"], row["returned"], row["corrections"]]
            for row in rows}  # fmt: skip


def deliver(handler, feed, chance):
    while feed:
        size = chance.randint(1, 9)
        handler.handle(feed[:size])
        feed = feed[size:]


@pytest.mark.parametrize("seed", range(8))
def test_totals_count_each_stream_once(client, seed):
    """
    Duplicates, disorder between and within streams, batches cut anywhere, and all of it again.
    """
    chance = random.Random(seed)
    tally, last = history(client, chance)
    (handler,) = client.system.projections
    feed = [commit for _, commit in client.embedded.ports.events.changes(0, 1000)]

    for copies in (3, 1):  # the second time is a redelivery of all that there was
        delivered = feed * copies
        chance.shuffle(delivered)
        deliver(handler, delivered, chance)

        assert tally == shown(client)
    count = client.embedded.ports.read_models.count(takings.index)
    assert len(last) == count


def test_they_are_listed_and_filtered_side_by_side(client):
    """
    A sale and a refund with one id are two entries; a route's placeholder is a filter.
    """
    for kind, shop, amount in (("Sale", "north", 10), ("Refund", "north", 4), ("Sale", "south", 1)):
        body = {f"{kind.lower()}Id": f"same-{shop}", "shop": shop, "amount": amount}
        client.command(f"Record{kind}", body)
    client.settle()
    asked = Question("default", [("limit", "2")], {})

    first = client.system.queries.many(ENTRIES, asked)
    more = [("limit", "2"), ("cursor", first.next)]
    second = client.system.queries.many(ENTRIES, replace(asked, parameters=more))
    of_north = Question("default", [("sold[gt]", "0")], {"shop": "north"})

    listed = [json.loads(each) for each in (*first.items, *second.items)]
    assert [("north", 0, 4), ("north", 10, 0), ("south", 1, 0)] == [
        (each["shop"], each["sold"], each["returned"]) for each in listed
    ]
    (row,) = client.system.queries.totals(OF_SHOP, of_north).items
    assert {"shop": "north", "count": 1, "sold": 10, "returned": 0} == json.loads(row)


@pytest.mark.parametrize(
    ("view", "told"),
    [
        (One("/api/entries/{entryId}", takings), "follows Sale, Refund: list them by Many"),
        (One("/api/orders/{a}/{b}", order_details), "one placeholder"),
        (Many("/api/colours/{colour}", order_details, sort="placedAt"), "{colour} is no field"),
        (Many("/api/entries", takings, sort="-colour"), "can't be sorted by colour"),
        (Many("/api/orders", order_details, sort="carrier"), "can't be sorted by carrier"),
        (Totals("/api/totals", takings, by=("colour",), sums=()), "can't be grouped by colour"),
        (Totals("/api/totals", takings, by=(), sums=("shop",)), "shop can't be summed"),
    ],
)
def test_a_view_that_its_projection_can_not_answer_is_refused_at_the_start(settings, view, told):
    """
    The message names the route and what is wrong with it.
    """
    with pytest.raises(Misconfigured) as refused:
        Embedded.assemble(settings, [replace(orders, views=(view,))])

    assert f"the view {view.route}: " in str(refused.value)
    assert told in str(refused.value)


def test_sources_are_a_tuple(settings):
    """
    A text would be taken for the aggregates that its letters name.
    """
    wrong = replace(order_details, sources="Order")  # type: ignore[arg-type] # as it must not be

    with pytest.raises(Misconfigured, match="its sources are a tuple of aggregates, not 'Order'"):
        Embedded.assemble(settings, [replace(orders, projections=(wrong,), views=())])
