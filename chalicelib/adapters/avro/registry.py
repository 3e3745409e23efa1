"""The repository's own files as the schema registry: ``{context}/{Event}/v{n}.avsc``."""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.avro.definitions import (
    digest_of,
    fingerprint_of,
    full_name,
    governance_of,
    is_event,
    read,
    same,
    tell_apart,
)
from chalicelib.kernel.commit import SchemaRef
from chalicelib.kernel.errors import Misconfigured, SchemaViolation
from chalicelib.services.governance.schema_registry import RegisteredSchema

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_PLACE: Final = re.compile(r"([a-z][a-z0-9_]*)/([A-Z][A-Za-z0-9]*)/v([1-9][0-9]{0,3})\.avsc")


class FileSchemaRegistry:
    """The SchemaProvider port over a folder, which is read once; ids are Avro's fingerprints.

    The platform's own schemas are registered if they are governed, as those are that travel.
    Raises Misconfigured, which names the file, for all that does not add up: a file in the wrong
    place or unreadable, a name unlike the path, a version left out, two that Avro can't tell apart.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise Misconfigured(f"there is no folder {folder} with schemas")
        self._folder = folder
        self._ids: dict[SchemaRef, bytes] = {}
        found = _found(folder)
        self._platform_files = {type_: found[type_] for type_ in found if not is_event(type_)}
        self._events = {
            type_: _versions(type_, files)
            for type_, files in sorted(found.items())
            if type_ not in self._platform_files
        }

    def latest(self, event_type: str) -> RegisteredSchema:
        """Return the newest version; raises SchemaViolation if there is none."""
        versions = self._shelf(event_type).get(event_type)
        if versions is None:
            raise SchemaViolation(f"no schema is registered for {event_type}")
        return versions[-1]

    def get(self, ref: SchemaRef) -> RegisteredSchema:
        """Return that very version; raises SchemaViolation if unknown or its digest differs."""
        versions = self._shelf(ref.type).get(ref.type, [])
        if not 1 <= ref.version <= len(versions):
            raise SchemaViolation(f"no schema is registered for {ref.type} version {ref.version}")
        return same(versions[ref.version - 1], ref)

    def types(self) -> list[str]:
        """Return the registered event types, sorted."""
        return sorted(self._events)

    def id_of(self, ref: SchemaRef) -> bytes:
        """Return the 8 bytes of its fingerprint, little endian; raises SchemaViolation as get."""
        schema = self.get(ref)
        if ref not in self._ids:
            self._ids[ref] = fingerprint_of(schema.definition)
        return self._ids[ref]

    def by_id(self, schema_id: bytes) -> RegisteredSchema:
        """Return the schema of that fingerprint; raises SchemaViolation if there is none."""
        schema = self._by_id.get(schema_id)
        if schema is None:
            raise SchemaViolation(f"no schema is registered with the id {schema_id.hex()}")
        return schema

    def versions(self, event_type: str) -> Sequence[RegisteredSchema]:
        """Return all versions, 1 first, or none."""
        return tuple(self._shelf(event_type).get(event_type, ()))

    def everything(self) -> list[RegisteredSchema]:
        """Return each version of each type, in order, those of the platform at the end."""
        types = (*sorted(self._events), *sorted(self._platform))
        return [schema for type_ in types for schema in self._shelf(type_)[type_]]

    def add(self, schema: RegisteredSchema) -> None:
        """Write the file of the version after the last; raises Misconfigured where it can't."""
        file = self._folder.joinpath(*schema.ref.type.split("."), f"v{schema.ref.version}.avsc")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8") as fresh:
                fresh.write(json.dumps(schema.definition, indent=2, ensure_ascii=False) + "\n")
        except OSError as error:
            raise Misconfigured(f"{file} can't be written: {error.strerror}") from error
        self._shelf(schema.ref.type).setdefault(schema.ref.type, []).append(schema)
        self.__dict__.pop("_by_id", None)

    def _shelf(self, type_: str) -> dict[str, list[RegisteredSchema]]:
        return self._events if is_event(type_) else self._platform

    @cached_property
    def _platform(self) -> dict[str, list[RegisteredSchema]]:
        return {
            type_: _versions(type_, files)
            for type_, files in sorted(self._platform_files.items())
            if "nexus" in read(files[min(files)], full_name(type_))
        }

    @cached_property
    def _by_id(self) -> dict[bytes, RegisteredSchema]:
        return {self.id_of(schema.ref): schema for schema in self.everything()}


def _found(folder: Path) -> dict[str, dict[int, Path]]:
    """Return the files by type, then by version."""
    found: dict[str, dict[int, Path]] = {}
    for file in folder.rglob("*.avsc"):
        place = _PLACE.fullmatch(file.relative_to(folder).as_posix())
        if place is None:
            raise Misconfigured(f"{file} should lie at {{context}}/{{Event}}/v{{n}}.avsc")
        found.setdefault(f"{place[1]}.{place[2]}", {})[int(place[3])] = file
    return found


def _versions(type_: str, files: dict[int, Path]) -> list[RegisteredSchema]:
    expected = range(1, len(files) + 1)
    if missing := sorted(set(expected) - set(files)):
        raise Misconfigured(f"{files[max(files)]} comes without a v{missing[0]}.avsc before it")
    schemas = [_registered(type_, version, files[version]) for version in expected]
    try:
        tell_apart(schemas)
    except SchemaViolation as error:
        raise Misconfigured(f"{files[1].parent}: {error}") from error
    return schemas


def _registered(type_: str, version: int, file: Path) -> RegisteredSchema:
    definition = read(file, full_name(type_))
    ref = SchemaRef(type_, version, digest_of(definition))
    return RegisteredSchema(ref, governance_of(definition, file), definition)
