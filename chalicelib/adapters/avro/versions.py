"""The versions of events' schemas judged against those before them, as part of their lint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.adapters.avro.compatibility import AvroCompatibility
from chalicelib.adapters.avro.lint import SchemaFault
from chalicelib.adapters.avro.registry import FileSchemaRegistry
from chalicelib.services.governance.compatibility import Mode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from chalicelib.services.governance.schema_registry import RegisteredSchema


def check_versions(folder: Path) -> list[SchemaFault]:
    """Judge each version of each event against those before it, in the mode that it declares.

    Raises Misconfigured for files that make no registry; ``check_files`` tells more of those, and
    has to find nothing wrong before.
    """
    registry = FileSchemaRegistry(folder)
    return [
        fault for kind in registry.types() for fault in _version_faults(registry.versions(kind))
    ]


def _version_faults(versions: Sequence[RegisteredSchema]) -> Iterator[SchemaFault]:
    checker = AvroCompatibility()
    for count, schema in enumerate(versions):
        older = {each.ref.version: each.definition for each in versions[:count]}
        file = f"{schema.ref.type.replace('.', '/')}/v{schema.ref.version}.avsc"
        mode = Mode(schema.governance.compatibility)
        for found in checker.judge(mode, schema.definition, older):
            yield SchemaFault(file, found.field, f"{found.reason}: {found.advice}")
