"""What a projection makes of streams, as its read model has it: a document for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.kernel.errors import Misconfigured, Unavailable
from chalicelib.services.documents import index_fields, index_words
from chalicelib.services.read_models import Document

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from chalicelib.kernel.projection import Projection
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.read_models import ReadModels
    from chalicelib.services.shapes import Shapes


@dataclass(frozen=True, slots=True)
class ProjectedDocuments:
    """Reads and makes the documents of a projection."""

    projection: Projection[Any]
    read_models: ReadModels
    shapes: Shapes

    def known(
        self, index: str, streams: Collection[StreamId]
    ) -> Mapping[StreamId, Document | None]:
        """Return what is stored of many streams; nothing if some can't be read: each asks then.

        Raises Unavailable.
        """
        if len(streams) == 1:
            return {}
        try:
            keys = {each: self._key(each) for each in streams}
            found = self.read_models.get_many(index, list(keys.values()))
        except (Misconfigured, Unavailable):
            raise
        except Exception:  # noqa: BLE001 - the stream that is to blame is found one by one
            return {}
        return {stream: found.get(key) for stream, key in keys.items()}

    def of(self, index: str, stream: StreamId) -> Mapping[StreamId, Document | None]:
        """Return what is stored of a stream; may raise any."""
        return {stream: self.read_models.get(index, *self._key(stream))}

    def value(self, document: Document | None) -> Any:
        """Return what a document says; None for none, and for a tombstone."""
        if document is None or document.body is None:
            return None
        return self.shapes.from_json(self.projection.document, document.body)

    def document(self, stream: StreamId, version: int, value: object) -> Document:
        """Return the document of a stream in a version; None makes a tombstone."""
        body = None if value is None else self.shapes.to_json(value)
        fields = {} if value is None else index_fields(value)
        tenant, key = self._key(stream)
        return Document(tenant, key, version, body, fields, index_words(value))

    def _key(self, stream: StreamId) -> tuple[str, str]:
        return stream.tenant, self.projection.key(stream)
