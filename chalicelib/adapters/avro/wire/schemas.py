"""The platform's own schemas that travel, for the registries to hold beside those of events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.adapters.avro.definitions import digest_of, governance_of, read
from chalicelib.kernel.commit import SchemaRef
from chalicelib.services.governance.schema_registry import RegisteredSchema

if TYPE_CHECKING:
    from pathlib import Path

COMMIT: Final = "nexus.Commit"
CLAIM: Final = "nexus.CommitClaim"


def travelling(folder: Path) -> dict[str, RegisteredSchema]:
    """Return them by type; the folder is as schemas/avro. Raises Misconfigured."""
    return {name: _registered(folder, name) for name in (COMMIT, CLAIM)}


def _registered(folder: Path, name: str) -> RegisteredSchema:
    file = folder.joinpath(*name.split("."), "v1.avsc")
    definition = read(file, name)
    ref = SchemaRef(name, 1, digest_of(definition))
    return RegisteredSchema(ref, governance_of(definition, file), definition)
