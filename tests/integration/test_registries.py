"""The whole system with its schemas in a Confluent-compatible registry, which then goes down."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from chalicelib.adapters.confluent.http import RegistryHttp
from chalicelib.kernel.errors import SchemaViolation
from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.registries import own_schemas, schema_provider
from chalicelib.wiring.settings import RegistrySettings, Settings
from tests.contract.schema_registry import permissive
from tests.support.client import Client
from tests.support.confluent_registry import running

pytestmark = [pytest.mark.requirement("R8"), pytest.mark.requirement("T3")]


def order(number):
    return {"orderId": f"o-{number}", "customerId": "c-1", "totalAmount": 9}


@pytest.fixture(name="requests")
def _requests(monkeypatch):
    """Each request to a registry, as it is made."""
    made = []
    once = RegistryHttp._once

    def counted(self, method, path, *rest):
        made.append(f"{method} {path}")
        return once(self, method, path, *rest)

    monkeypatch.setattr(RegistryHttp, "_once", counted)
    return made


@pytest.fixture(name="registry")
def _registry(confluent_program):
    """Settings of a registry, and what stops it."""
    with ExitStack() as stack:
        url = stack.enter_context(running(confluent_program))
        yield RegistrySettings("confluent", url), stack.close


def filled(settings):
    provider = schema_provider(settings)
    for schema in own_schemas().everything():
        permissive(provider).register(schema.definition)


def test_a_warm_process_asks_nobody(tmp_path, registry, requests):
    """
    One request for each schema that is used; from then on none, for commands and projections.
    """
    settings, _ = registry
    filled(settings)
    with Embedded.assemble(Settings(data=tmp_path, registry=settings)) as embedded:
        client = Client(embedded)
        requests.clear()
        client.command("PlaceOrder", order(1))
        client.settle()
        cold = list(requests)
        for number in range(2, 12):
            client.command("PlaceOrder", order(number))
        client.settle()

    newest = own_schemas().latest("orders.OrderPlaced").ref.version
    assert [f"GET /subjects/orders.OrderPlaced/versions/{newest}"] == cold
    assert cold == requests


def test_an_outage_neither_loses_nor_blocks(tmp_path, registry):
    """
    Known schemas and the code's own go on: commands are taken, carried, and can be read.
    """
    settings, stop = registry
    filled(settings)
    with Embedded.assemble(Settings(data=tmp_path, registry=settings)) as embedded:
        client = Client(embedded)
        client.command("PlaceOrder", order(1))
        stop()
        client.command("PlaceOrder", order(2))
        client.command("CancelOrder", {"orderId": "o-1", "reason": "changed my mind"})
        client.settle()

        letters = embedded.ports.dead_letters.count()
        commits = embedded.ports.events.newest()
        behind = sum(each.lag for each in embedded.pump.status())

    assert (0, 3, 0) == (letters, commits, behind)


def test_what_is_not_registered_is_not_written(tmp_path, registry):
    """
    The registry is well and does not have it: the command is refused, and nothing is stored.
    """
    settings, _ = registry
    with Embedded.assemble(Settings(data=tmp_path, registry=settings)) as embedded:
        with pytest.raises(SchemaViolation, match=r"orders\.OrderPlaced"):
            Client(embedded).command("PlaceOrder", order(1))

        assert 0 == embedded.ports.events.newest()
