"""Read models of a test's own on a shared OpenSearch node."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.opensearch.cluster import Cluster
from chalicelib.adapters.opensearch.connection import Connection
from chalicelib.adapters.opensearch.layout import Layout
from chalicelib.adapters.opensearch.read_models import OpenSearchReadModels
from chalicelib.wiring.settings import OpenSearchSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.wiring.settings import Settings
    from tests.support.local_server import LocalServer

REFRESH = 0.02
"""Seconds: puts wait for it."""


@contextmanager
def read_models_on(
    node: LocalServer, refresh: float = REFRESH, replicas: int = 0, **more: Any
) -> Iterator[OpenSearchReadModels]:
    """Give some behind a new prefix, and drop all indexes behind it in the end."""
    layout = Layout(prefix=f"test-{uuid.uuid4().hex}-", replicas=replicas, refresh=refresh)
    connection = Connection(Cluster(node.endpoint))
    try:
        yield OpenSearchReadModels(connection, layout, **more)
    finally:
        drop_all(connection, layout)


@contextmanager
def settings_on(node: LocalServer, settings: Settings) -> Iterator[Settings]:
    """Give those of a system whose read models lie there, likewise."""
    prefix = f"system-{uuid.uuid4().hex[:8]}-"
    where = OpenSearchSettings(
        node.endpoint, prefix=prefix, refresh=round(REFRESH * 1000), replicas=0
    )
    yield replace(settings, opensearch=where)
    drop_all(Connection(Cluster(node.endpoint)), Layout(prefix))


def drop_all(connection: Connection, layout: Layout) -> None:
    """Drop all indexes behind a prefix, and what guards it."""
    connection.change("dropping indexes", "DELETE", f"/{layout.prefix}*")
    connection.change("dropping a template", "DELETE", f"/_index_template/{layout.prefix}*")
