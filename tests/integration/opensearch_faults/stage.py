"""What a run is played on: the embedded system, its read models behind a proxy on the node."""

from __future__ import annotations

import random
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.opensearch.cluster import Cluster
from chalicelib.adapters.opensearch.connection import Connection
from chalicelib.adapters.opensearch.layout import Layout
from chalicelib.adapters.opensearch.lineups import AliasedLineups
from chalicelib.adapters.opensearch.read_models import OpenSearchReadModels
from chalicelib.domain.orders import orders
from chalicelib.kernel.errors import Unavailable
from chalicelib.services.places import Places
from chalicelib.services.rebuilds import Rebuilder
from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.settings import Settings
from tests.integration.opensearch_faults.poison import Poison
from tests.integration.opensearch_faults.ports import Book, MortalPositions, MortalReadModels
from tests.integration.opensearch_faults.proxy import Proxy
from tests.integration.opensearch_faults.weather import RATES
from tests.simulation.poison import Policies
from tests.simulation.weather import Weather
from tests.support.opensearch_indexes import drop_all

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack
    from pathlib import Path

    from chalicelib.wiring.mappings import EmbeddedPorts
    from tests.support.opensearch_node import Mortal

PROJECTIONS: Final = ("order-details", "sales")
_REFRESHES: Final = (0.01, 0.02, 0.05)
"""Seconds."""
_BUDGET: Final = 0.6
"""Seconds of a process's calls with their retries."""


class Stage:
    """Indexes behind a prefix of their own, a folder, and the weather of a seed."""

    def __init__(self, seed: int, node: Mortal, folder: Path, stack: ExitStack) -> None:
        self.node, self.weather = node, Weather(seed, rates=RATES)
        self.book, self.poison = Book(), Poison()
        refresh = random.Random(f"{seed}/stage").choice(_REFRESHES)
        prefix = f"chaos-{seed}-{time.monotonic_ns()}-"
        self._layout = Layout(prefix, replicas=0, refresh=refresh)
        self._direct = Connection(Cluster(node.url))
        self.read_models = MortalReadModels(self._on(self._direct), self.weather)
        settings, context = Settings(data=folder), self.poison.into(orders)
        embedded = Embedded.assemble(settings, (context,), self._adapted)
        self.embedded = stack.enter_context(embedded)
        stack.callback(self._clear)
        self.proxy = Proxy(node, self.weather)
        stack.enter_context(self.proxy.running())
        self.log: Any = self.embedded.ports.events

    def calm(self) -> None:
        """End the bad weather: the node runs, and nothing is between it and who asks."""
        self.proxy.calm()
        self.node.start()
        self.read_models.present = self._on(self._direct)

    def born(self, published: Callable[[], int]) -> list[Rebuilder]:
        """Return what a new process has: connections through the proxy, nothing in memory."""
        if not self.weather.calm:
            through = Connection(Cluster(self.proxy.url), budget=_BUDGET, patience=_BUDGET)
            self.read_models.present = self._on(through)
        ports, system = self.embedded.ports, self.embedded.system
        places = Places(ports.read_models, ports.positions, ports.dead_letters)
        return [
            Rebuilder(
                (handler, *system.superseded[handler.projection.name]),
                places,
                ports.lineups,
                router="router",
                recorded=published,
                now=ports.now,
            )
            for handler in system.projections
            if handler.projection.name in PROJECTIONS
        ]

    def _adapted(self, ports: EmbeddedPorts) -> EmbeddedPorts:
        return replace(
            ports,
            read_models=self.read_models,
            positions=MortalPositions(ports.positions, self.book, self.weather),
            lineups=AliasedLineups(ports.lineups, self._point),
            policies=Policies(_nothing),
        )

    def _on(self, connection: Connection) -> OpenSearchReadModels:
        return OpenSearchReadModels(connection, self._layout)

    def _point(self, alias: str, index: str) -> None:
        self.read_models.point(alias, index)

    def _clear(self) -> None:
        self.node.start()
        with suppress(Unavailable):
            drop_all(self._direct, self._layout)


def _nothing(*_: object) -> bool:
    return False
