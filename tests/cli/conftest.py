"""A data folder that the embedded system has filled, and the command line over copies of it."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from chalicelib.cli.main import main
from chalicelib.domain.orders import order_details, orders
from chalicelib.domain.orders.events import OrderPaid
from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.settings import Settings
from tests.cli.orders import live
from tests.support.client import Client


class Done(NamedTuple):
    """What a command ended with, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it said, read."""
        return json.loads(self.out)


@pytest.fixture(name="nexus")
def _nexus(monkeypatch, capsys):
    """Type a command, in this process."""
    for name in ("NEXUS_DATA", "NEXUS_PORT", "NEXUS_REGISTRY", "NEXUS_AUTH", "NEXUS_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    def nexus(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["nexus", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        return Done(code if isinstance(code, int) else 0, *capsys.readouterr())

    return nexus


@pytest.fixture(name="made", scope="session")
def _made(tmp_path_factory):
    """Three orders: one delivered (5 events), one paid, one placed; all of it carried on."""
    data = tmp_path_factory.mktemp("made") / "data"
    with Embedded.assemble(Settings(data=data)) as embedded:
        client = Client(embedded)
        for order, steps in (("o-1", 4), ("o-2", 2), ("o-3", 1)):
            live(client, order, until=steps)
        client.settle()
    return data


@pytest.fixture(name="data")
def _data(made, tmp_path):
    """A copy of that folder, of one's own."""
    return shutil.copytree(made, tmp_path / "data")


@pytest.fixture(name="stopped")
def _stopped(tmp_path):
    """A folder in which order o-1 has stopped at its payment, in the details only."""
    data = tmp_path / "stopped"

    def apply(document, recorded):
        if isinstance(recorded.data, OrderPaid) and recorded.data.order_id == "o-1":
            raise ZeroDivisionError("no such payment")
        return order_details.apply(document, recorded)

    broken = replace(order_details, apply=apply)
    projections = (broken, *(each for each in orders.projections if each is not order_details))
    views = tuple(view for view in orders.views if view.projection is not order_details)
    context = replace(orders, projections=projections, views=views)
    with Embedded.assemble(Settings(data=data), [context]) as embedded:
        client = Client(embedded)
        live(client, "o-1")
        live(client, "o-2", until=1)
        client.settle()
    return data
