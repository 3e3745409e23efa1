"""A read model that is rebuilt from an export of the table is the one that grew with the log."""

from dataclasses import replace

import pytest

from chalicelib.adapters.aws.dynamodb.export import Export
from chalicelib.services.places import Places
from chalicelib.services.rebuilds import Rebuilder
from chalicelib.wiring.container import ROUTER
from chalicelib.wiring.embedded import Embedded
from tests.support.client import Client
from tests.support.exports import write_export

pytestmark = [pytest.mark.requirement("T2"), pytest.mark.requirement("R4")]


def trade(client, orders=40, first=0):
    """Place orders; pay, ship, deliver or cancel some of them."""
    for number in range(first, first + orders):
        order = {"orderId": f"o-{number}"}
        amount = {"customerId": f"c-{number % 7}", "totalAmount": 5 + number}
        client.command("PlaceOrder", order | amount)
        if number % 5 == 0:
            client.command("CancelOrder", order | {"reason": "changed my mind"})
            continue
        if number % 2:
            paid = {"paymentId": f"p-{number}", "amount": 5 + number}
            client.command("PayOrder", order | paid)
        if number % 4 == 1:
            client.command("ShipOrder", order | {"carrier": "DHL", "trackingNumber": "t-1"})
            client.command("DeliverOrder", order | {"receivedBy": "Jane"})


def shown(embedded):
    """Return all documents of all read models, with their versions."""
    rows = embedded.folder.read_models.rows("SELECT * FROM documents")
    return sorted(rows, key=repr)


def test_a_projection_of_an_export_is_the_fold(settings, tmp_path):
    """Of shuffled files: the commits come in order, so no gap is ever looked up."""
    with Embedded.assemble(settings) as embedded:
        client = Client(embedded)
        trade(client)
        client.settle()
        expected = shown(embedded)
        history = recorded(embedded.ports)
    write_export(tmp_path / "export", history)

    with Embedded.assemble(replace(settings, data=tmp_path / "another")) as embedded:
        commits = list(Export.of_folder(tmp_path / "export").commits())
        for projection in embedded.system.projections:
            for start in range(0, len(commits), 10):
                projection.handle(commits[start : start + 10])
        rebuilt = shown(embedded)
        assert [] == embedded.ports.positions.parked()

    assert len(expected) > 80
    assert expected == rebuilt


def test_a_rebuild_of_an_export_has_what_came_since(settings, tmp_path):
    """What came before the rebuild began is caught up on, what comes after it is delivered."""
    with Embedded.assemble(settings) as embedded:
        client, ports, handler = Client(embedded), embedded.ports, embedded.system.projections[0]
        trade(client, 20)
        client.settle()
        exported = recorded(ports)
        write_export(tmp_path / "export", exported)
        trade(client, 20, first=20)
        client.command("CancelOrder", {"orderId": "o-2", "reason": "changed my mind"})
        client.settle()
        places = Places(ports.read_models, ports.positions, ports.dead_letters)
        rebuilder = Rebuilder(
            [handler],
            places,
            ports.lineups,
            router=ROUTER,
            recorded=lambda: len(exported),
            now=ports.now,
        )

        before, begun, known = rebuilder.lineup().live, rebuilder.start(), len(recorded(ports))
        trade(client, 20, first=40)
        rebuilder.feeder.deliver(recorded(ports)[known:])
        commits = list(Export.of_folder(tmp_path / "export").commits())
        running = begun
        for start in range(0, len(commits), 7):
            assert before == rebuilder.lineup().live
            rebuilder.replay(running, commits[start : start + 7])
            running = replace(running, handled=min(start + 7, len(commits)))

        assert begun.index == rebuilder.lineup().live
        assert rebuilder.compare().equal
        assert 60 == ports.read_models.count(begun.index)


def recorded(ports):
    """Return all commits, in the order they were made."""
    return [commit for _, commit in ports.events.changes(0, 10_000)]
