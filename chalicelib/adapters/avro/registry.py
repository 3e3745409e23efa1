"""The repository's own files as the schema registry: ``{context}/{Event}/v{n}.avsc``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.avro.definitions import digest_of, fingerprint_of, governance_of, read
from chalicelib.kernel.commit import SchemaRef
from chalicelib.kernel.errors import Misconfigured, SchemaViolation
from chalicelib.services.governance.schema_registry import RegisteredSchema

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PLATFORM: Final = "nexus"
"""The folder of the platform's own schemas, which are those of commits and not of events."""
_PLACE: Final = re.compile(r"([a-z][a-z0-9_]*)/([A-Z][A-Za-z0-9]*)/v([1-9][0-9]{0,3})\.avsc")


class FileSchemaRegistry:
    """The SchemaRegistry port over a folder, which is read once.

    Raises Misconfigured, which names the file, for all that does not add up: a file in the wrong
    place or unreadable, a name unlike the path, a version left out, two that Avro can't tell apart.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise Misconfigured(f"there is no folder {folder} with schemas")
        self._schemas: dict[str, list[RegisteredSchema]] = {}
        for (context, event), files in sorted(_found(folder).items()):
            self._schemas[f"{context}.{event}"] = _versions(context, event, files)

    def latest(self, event_type: str) -> RegisteredSchema:
        """Return the newest version; raises SchemaViolation if there is none."""
        versions = self._schemas.get(event_type)
        if versions is None:
            raise SchemaViolation(f"no schema is registered for {event_type}")
        return versions[-1]

    def get(self, ref: SchemaRef) -> RegisteredSchema:
        """Return that very version; raises SchemaViolation if unknown or its digest differs."""
        versions = self._schemas.get(ref.type, [])
        if not 1 <= ref.version <= len(versions):
            raise SchemaViolation(f"no schema is registered for {ref.type} version {ref.version}")
        schema = versions[ref.version - 1]
        if schema.ref.digest != ref.digest:
            raise SchemaViolation(f"the schema of {ref.type} version {ref.version} is another here")
        return schema

    def types(self) -> list[str]:
        """Return the registered event types, sorted."""
        return list(self._schemas)

    def versions(self, event_type: str) -> list[RegisteredSchema]:
        """Return all versions, from 1; raises SchemaViolation if there is none."""
        return self._schemas[self.latest(event_type).ref.type]


def _found(folder: Path) -> dict[tuple[str, str], dict[int, Path]]:
    """Return the files by context and event, then by version."""
    found: dict[tuple[str, str], dict[int, Path]] = {}
    for file in folder.rglob("*.avsc"):
        place = _PLACE.fullmatch(file.relative_to(folder).as_posix())
        if place is None:
            raise Misconfigured(f"{file} should lie at {{context}}/{{Event}}/v{{n}}.avsc")
        if place[1] != PLATFORM:
            found.setdefault((place[1], place[2]), {})[int(place[3])] = file
    return found


def _versions(context: str, event: str, files: dict[int, Path]) -> list[RegisteredSchema]:
    expected = range(1, len(files) + 1)
    if missing := sorted(set(expected) - set(files)):
        raise Misconfigured(f"{files[max(files)]} comes without a v{missing[0]}.avsc before it")
    schemas = [_registered(context, event, version, files[version]) for version in expected]
    if len(schemas) > 1:
        _tell_apart(schemas, files)
    return schemas


def _registered(context: str, event: str, version: int, file: Path) -> RegisteredSchema:
    definition = read(file, f"nexus.{context}.{event}")
    ref = SchemaRef(f"{context}.{event}", version, digest_of(definition))
    return RegisteredSchema(ref, governance_of(definition, file), definition)


def _tell_apart(schemas: Iterable[RegisteredSchema], files: dict[int, Path]) -> None:
    seen: dict[str, int] = {}
    for schema in schemas:
        version, fingerprint = schema.ref.version, fingerprint_of(schema.definition)
        if fingerprint in seen:
            raise Misconfigured(
                f"{files[version]} has the Avro fingerprint of v{seen[fingerprint]}.avsc: "
                "readers that go by it can't tell the two apart"
            )
        seen[fingerprint] = version
