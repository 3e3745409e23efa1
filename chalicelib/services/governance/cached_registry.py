"""A registry elsewhere as the hot path may use it: asked once, and not missed when it is down."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Misconfigured, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.kernel.commit import SchemaRef
    from chalicelib.services.governance.schema_registry import RegisteredSchema, SchemaRegistry

logger = logging.getLogger(__name__)

MAX_AGE: Final = 60.0
"""Seconds after which the newest version of a type is asked for again."""


@dataclass(frozen=True, slots=True)
class _Latest:
    schema: RegisteredSchema
    until: float


class CachedSchemaRegistry:
    """The SchemaRegistry port over another; versions and ids never change, so they are kept.

    What is newest is kept for ``max_age`` seconds, and used for longer while it can't be asked for:
    one thread tries, once in that time, the others go on. What isn't known is never kept.
    """

    def __init__(
        self,
        registry: SchemaRegistry,
        *,
        max_age: float = MAX_AGE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._registry = registry
        self._max_age = max_age
        self._clock = clock
        self._latest: dict[str, _Latest] = {}
        self._schemas: dict[SchemaRef, RegisteredSchema] = {}
        self._ids: dict[SchemaRef, bytes] = {}
        self._by_id: dict[bytes, RegisteredSchema] = {}
        self._asking = Lock()

    def latest(self, event_type: str) -> RegisteredSchema:
        """Return the newest version, as of ``max_age`` ago; raises SchemaViolation, Unavailable."""
        known = self._latest.get(event_type)
        if known is None:
            return self._ask(event_type)
        if self._clock() < known.until or not self._asking.acquire(blocking=False):
            return known.schema
        try:
            return self._ask(event_type)
        except (Misconfigured, Unavailable) as error:
            logger.warning("the newest schema of %s is not asked for now: %s", event_type, error)
            self._keep(known.schema)
            return known.schema
        finally:
            self._asking.release()

    def get(self, ref: SchemaRef) -> RegisteredSchema:
        """Return that very version; raises SchemaViolation, or Unavailable if it isn't known."""
        schema = self._schemas.get(ref)
        if schema is None:
            schema = self._schemas[ref] = self._registry.get(ref)
        return schema

    def types(self) -> list[str]:
        """Return the registered event types, sorted; asks each time."""
        return self._registry.types()

    def id_of(self, ref: SchemaRef) -> bytes:
        """Return its id; raises SchemaViolation, or Unavailable if it isn't known."""
        schema_id = self._ids.get(ref)
        if schema_id is None:
            schema_id = self._ids[ref] = self._registry.id_of(ref)
        return schema_id

    def by_id(self, schema_id: bytes) -> RegisteredSchema:
        """Return the schema of an id; raises SchemaViolation, or Unavailable if it isn't known."""
        schema = self._by_id.get(schema_id)
        if schema is None:
            schema = self._registry.by_id(schema_id)
            self._by_id[schema_id] = self._schemas[schema.ref] = schema
            self._ids[schema.ref] = schema_id
        return schema

    def _ask(self, event_type: str) -> RegisteredSchema:
        schema = self._registry.latest(event_type)
        self._keep(schema)
        self._schemas[schema.ref] = schema
        return schema

    def _keep(self, schema: RegisteredSchema) -> None:
        self._latest[schema.ref.type] = _Latest(schema, self._clock() + self._max_age)
