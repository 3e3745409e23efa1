"""A registry elsewhere and the schemas that code was built with: which of them it may use."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Misconfigured, SchemaViolation, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.kernel.commit import SchemaRef
    from chalicelib.services.governance.schema_registry import RegisteredSchema, SchemaRegistry

logger = logging.getLogger(__name__)

PAUSE: Final = 10.0
"""Seconds from a failure of the registry until our own schemas are asked about again."""


class PinnedSchemaRegistry:
    """The SchemaRegistry port for code that has schemas of its own.

    Code writes by the newest of its own, not by one that was registered for a later release, and
    not if the registry says that this one is missing or another. While the registry is down its
    own are good: they were registered before the code was deployed.
    """

    def __init__(
        self,
        own: SchemaRegistry,
        registry: SchemaRegistry,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._own = own
        self._registry = registry
        self._clock = clock
        self._confirmed: dict[SchemaRef, RegisteredSchema] = {}
        self._silent_until = float("-inf")

    def latest(self, event_type: str) -> RegisteredSchema:
        """Return our own newest version; raises SchemaViolation if it isn't registered alike."""
        return self.get(self._own.latest(event_type).ref)

    def get(self, ref: SchemaRef) -> RegisteredSchema:
        """Return that very version; raises SchemaViolation, or Unavailable if it isn't ours."""
        return self._confirmed.get(ref) or self._asked(ref)

    def types(self) -> list[str]:
        """Return the event types of our own, sorted."""
        return self._own.types()

    def id_of(self, ref: SchemaRef) -> bytes:
        """Return its id, which only the registry knows; raises as that does."""
        return self._registry.id_of(ref)

    def by_id(self, schema_id: bytes) -> RegisteredSchema:
        """Return the schema of an id, which only the registry knows; raises as that does."""
        return self._registry.by_id(schema_id)

    def _asked(self, ref: SchemaRef) -> RegisteredSchema:
        own = self._of_our_own(ref)
        if own and self._clock() < self._silent_until:
            return own
        try:
            schema = self._confirmed[ref] = self._registry.get(ref)
        except (Misconfigured, Unavailable) as error:
            if own is None:
                raise
            logger.warning("%s version %d is not confirmed: %s", ref.type, ref.version, error)
            self._silent_until = self._clock() + PAUSE
            return own
        return schema

    def _of_our_own(self, ref: SchemaRef) -> RegisteredSchema | None:
        try:
            return self._own.get(ref)
        except SchemaViolation:
            return None
