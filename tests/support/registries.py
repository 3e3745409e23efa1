"""A schema registry that can be switched off, and counts how often it is asked."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import Unavailable

if TYPE_CHECKING:
    from chalicelib.kernel.commit import SchemaRef
    from chalicelib.kernel.errors import NexusError
    from chalicelib.services.governance.schema_registry import RegisteredSchema, SchemaRegistry

DOWN = Unavailable("the registry is down")


class Switched:
    """The SchemaRegistry port over another; while there is a ``failure``, that is its answer."""

    def __init__(self, registry: SchemaRegistry) -> None:
        self.registry = registry
        self.failure: NexusError | None = None
        self.asked: Counter[str] = Counter()

    def latest(self, event_type: str) -> RegisteredSchema:
        return self._asked("latest").latest(event_type)

    def get(self, ref: SchemaRef) -> RegisteredSchema:
        return self._asked("get").get(ref)

    def types(self) -> list[str]:
        return self._asked("types").types()

    def id_of(self, ref: SchemaRef) -> bytes:
        return self._asked("id_of").id_of(ref)

    def by_id(self, schema_id: bytes) -> RegisteredSchema:
        return self._asked("by_id").by_id(schema_id)

    def _asked(self, what: str) -> SchemaRegistry:
        self.asked[what] += 1
        if self.failure:
            raise self.failure
        return self.registry
