"""The codecs of the mounted contexts: their event classes, schemas and upcasters, put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from chalicelib.adapters.avro.commit_codec import AvroCommitCodec
from chalicelib.adapters.avro.event_codec import AvroEventCodec
from chalicelib.adapters.pydantic.shapes import PydanticShapes
from chalicelib.kernel.errors import Misconfigured
from chalicelib.kernel.messages import message_type
from chalicelib.kernel.upcasting import UpcasterChain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from chalicelib.kernel.context import BoundedContext
    from chalicelib.services.event_store import CommitCodec
    from chalicelib.services.governance.schema_registry import EventCodec, SchemaRegistry
    from chalicelib.services.shapes import Shapes


@dataclass(frozen=True, slots=True)
class Codecs:
    """What turns events and commits into bytes, and all history into the events of today."""

    shapes: Shapes
    events: EventCodec
    commits: CommitCodec

    @classmethod
    def of(
        cls, contexts: Iterable[BoundedContext], registry: SchemaRegistry, schemas: Path
    ) -> Self:
        """Put them together; ``schemas`` is the folder with the platform's own, as schemas/avro.

        Raises Misconfigured, which names every old version that does not lead to the newest.
        """
        contexts = tuple(contexts)
        upcasters = UpcasterChain(each for context in contexts for each in context.upcasters)
        _refuse_gaps(upcasters, contexts, registry)
        classes = {
            message_type(context.name, event): event
            for context in contexts
            for aggregate in context.aggregates
            for event in aggregate.events
        }
        shapes = PydanticShapes()
        events = AvroEventCodec(registry, shapes, classes, upcasters)
        return cls(shapes, events, AvroCommitCodec(events, schemas))


def _refuse_gaps(
    upcasters: UpcasterChain, contexts: tuple[BoundedContext, ...], registry: SchemaRegistry
) -> None:
    mounted = {context.name for context in contexts}
    newest = {
        each: registry.latest(each).ref.version
        for each in registry.types()
        if each.partition(".")[0] in mounted
    }
    if faults := upcasters.faults(newest):
        told = "; ".join(f"{event_type}: {fault}" for event_type, fault in faults)
        raise Misconfigured(f"upcasters and schemas don't fit together: {told}")
