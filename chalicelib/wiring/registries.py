"""Schema registries by their settings; what a provider needs is imported when it is chosen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.avro.compatibility import AvroCompatibility
from chalicelib.adapters.avro.registrar import AvroSchemaRegistrar
from chalicelib.adapters.avro.registry import FileSchemaRegistry
from chalicelib.kernel.errors import Misconfigured, SchemaViolation
from chalicelib.services.governance.cached_registry import CachedSchemaRegistry
from chalicelib.services.governance.compatibility import Mode
from chalicelib.services.governance.pinned_registry import PinnedSchemaRegistry
from chalicelib.services.governance.registration import Rehearsal
from chalicelib.wiring.resources import resource
from chalicelib.wiring.settings import CONFLUENT, GLUE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.services.governance.schema_registry import (
        RegisteredSchema,
        SchemaProvider,
        SchemaRegistrar,
        SchemaRegistry,
        SchemaShelf,
    )
    from chalicelib.wiring.settings import RegistrySettings

BUDGET: Final = 6.0
"""Seconds that a registry gets for an answer, tries again included, when schemas are registered."""
HOT_BUDGET: Final = 1.0
"""Seconds that it gets when events wait for it."""


def own_schemas() -> FileSchemaRegistry:
    """Return the schemas that this code was built with; raises Misconfigured."""
    return FileSchemaRegistry(resource("schemas/avro"))


def schema_registry(settings: RegistrySettings) -> SchemaRegistry:
    """Return the registry as the hot path uses it; calls nobody, raises Misconfigured."""
    provider = schema_provider(settings, HOT_BUDGET)
    if isinstance(provider, FileSchemaRegistry):
        return provider
    cached = CachedSchemaRegistry(provider, max_age=settings.max_age)
    return PinnedSchemaRegistry(own_schemas(), cached)


def schema_provider(settings: RegistrySettings, budget: float = BUDGET) -> SchemaProvider:
    """Return the registry itself, for registering; calls nobody, raises Misconfigured."""
    if settings.provider == GLUE:
        return _glue(settings, budget)
    if settings.provider == CONFLUENT:
        return _confluent(settings, budget)
    return FileSchemaRegistry(Path(settings.place)) if settings.place else own_schemas()


def schema_registrar(
    settings: RegistrySettings, *, rehearse: bool = False
) -> tuple[SchemaShelf, SchemaRegistrar]:
    """Return where schemas are put and who puts them there; a rehearsal leaves the place alone."""
    provider = schema_provider(settings)
    shelf = Rehearsal(provider) if rehearse else provider
    return shelf, AvroSchemaRegistrar(shelf, judge)


def judge(earlier: Sequence[RegisteredSchema], new: RegisteredSchema) -> None:
    """Let a version pass that its declared mode allows after those; raises SchemaViolation."""
    older = {each.ref.version: each.definition for each in earlier}
    try:
        mode = Mode(new.governance.compatibility)
    except ValueError as error:
        raise SchemaViolation(f"{new.ref.type} declares no compatibility that there is") from error
    if findings := AvroCompatibility().judge(mode, new.definition, older):
        raise SchemaViolation("; ".join(map(str, findings)))


def _glue(settings: RegistrySettings, budget: float) -> SchemaProvider:
    from chalicelib.adapters.aws.glue import Glue  # noqa: PLC0415 - botocore is slow to import
    from chalicelib.adapters.aws.glue_registry import (  # noqa: PLC0415 - likewise
        REGISTRY,
        GlueSchemaRegistry,
    )

    return GlueSchemaRegistry(Glue(budget=budget), settings.place or REGISTRY)


def _confluent(settings: RegistrySettings, budget: float) -> SchemaProvider:
    from chalicelib.adapters.confluent.http import RegistryHttp  # noqa: PLC0415 - only if chosen
    from chalicelib.adapters.confluent.registry import (  # noqa: PLC0415 - likewise
        ConfluentSchemaRegistry,
    )

    if not settings.place:
        raise Misconfigured("a Confluent registry needs its URL")
    http = RegistryHttp(settings.place, settings.user, settings.password, budget=budget)
    return ConfluentSchemaRegistry(http)
