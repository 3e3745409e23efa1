"""Faults planted into the read models' way, which the runs have to find."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.opensearch import bulk
from chalicelib.adapters.opensearch.documents import key_of, source_of
from chalicelib.adapters.opensearch.read_models import OpenSearchReadModels
from chalicelib.services.feeding import Feeder
from chalicelib.services.lineups import Rebuild
from chalicelib.services.projections import ProjectionHandler
from chalicelib.services.readiness import Readiness
from tests.simulation.plants import Plant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.services.projections import Progress
    from chalicelib.services.read_models import Document

_put = OpenSearchReadModels.put
_write = ProjectionHandler._write


def _whatever_is_there(document: Document) -> bytes:
    place = {"index": {"_id": key_of(document.tenant, document.id)}}
    return b"".join(json.dumps(each).encode() + b"\n" for each in (place, source_of(document)))


def _position_first(self: ProjectionHandler, progress: Sequence[Progress]) -> None:
    self._positions.advance(self.consumer, {each.stream: each.version for each in progress})
    _write(self, progress)


def _unseen(
    self: OpenSearchReadModels, index: str, documents: Sequence[Document], **_: Any
) -> None:
    _put(self, index, documents, visible=False)


PLANTS: Final[Mapping[str, Plant]] = {
    "version-check": Plant(
        "a document is put whatever version is there",
        ((bulk, "_item", _whatever_is_there),),  # type: ignore[arg-type] # a module has parts too
        breaks=("4", "visible"),
    ),
    "position-first": Plant(
        "the position is advanced before the documents are put",
        ((ProjectionHandler, "_write", _position_first),),
        breaks=("4", "visible"),
    ),
    "refresh": Plant(
        "a put does not wait until it can be found",
        ((OpenSearchReadModels, "put", _unseen),),
        breaks=("visible",),
    ),
    "half-built": Plant(
        "an index answers before it is filled",
        (
            (Rebuild, "left", property(lambda _: 0)),  # type: ignore[arg-type] # as the original is
            (Readiness, "parity", lambda *_: None),
        ),
        breaks=("visible", "4", "5"),
    ),
    "uneven": Plant(
        "an index answers that is not as far as the one before it",
        ((Feeder, "even_out", lambda _self, lineup, _index: lineup),),
        breaks=("visible",),
    ),
}
