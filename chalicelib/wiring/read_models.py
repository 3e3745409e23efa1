"""Read models by their settings: in the data folder, or on OpenSearch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.adapters.embedded.lineups import SqliteLineups
from chalicelib.adapters.embedded.read_models import SqliteReadModels
from chalicelib.services.places import IndexedReadModels

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.adapters.embedded.folder import DataFolder
    from chalicelib.services.lineups import Lineups
    from chalicelib.wiring.settings import OpenSearchSettings

BUDGET: Final = 3.0
"""Seconds that OpenSearch gets for an answer: one thread feeds all consumers, and comes again."""


class SealedReadModels(IndexedReadModels, Protocol):
    """Read models that tell what they have found to be damaged."""

    @property
    def damaged(self) -> Mapping[str, str]: ...


def read_models_and_lineups(
    settings: OpenSearchSettings, folder: DataFolder, wake: Callable[[], None]
) -> tuple[SealedReadModels, Lineups]:
    """Return where documents are, and who knows which index answers; raises Misconfigured.

    Lineups lie in the folder, as positions do: what is not there any more is filled anew.
    """
    lineups = SqliteLineups(folder.lineups, wake=wake)
    if not settings.url:
        return SqliteReadModels(folder.read_models), lineups
    return _on_opensearch(settings, lineups)


def _on_opensearch(
    settings: OpenSearchSettings, lineups: Lineups
) -> tuple[SealedReadModels, Lineups]:
    from chalicelib.adapters.opensearch.cluster import Cluster  # noqa: PLC0415 - only if chosen
    from chalicelib.adapters.opensearch.connection import Connection  # noqa: PLC0415 - likewise
    from chalicelib.adapters.opensearch.layout import Layout  # noqa: PLC0415 - likewise
    from chalicelib.adapters.opensearch.lineups import AliasedLineups  # noqa: PLC0415 - likewise
    from chalicelib.adapters.opensearch.read_models import (  # noqa: PLC0415 - likewise
        OpenSearchReadModels,
    )

    cluster = Cluster(settings.url, settings.region, settings.user, settings.password)
    layout = Layout(
        settings.prefix, settings.shards, settings.replicas, refresh=settings.refresh / 1000
    )
    read_models = OpenSearchReadModels(Connection(cluster, budget=BUDGET), layout)
    return read_models, AliasedLineups(lineups, read_models.point)
