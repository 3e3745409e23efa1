"""A Confluent-compatible registry: a subject for each event type, its versions numbered as ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from chalicelib.adapters.answers import NotThere, member, of_type
from chalicelib.adapters.avro.definitions import canonical, is_event, is_type, registered, same
from chalicelib.kernel.errors import SchemaViolation, Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.adapters.confluent.http import RegistryHttp
    from chalicelib.kernel.commit import SchemaRef
    from chalicelib.services.governance.schema_registry import RegisteredSchema

LARGEST: Final = 1_000_000
"""Bytes: registries keep definitions as messages of Kafka, which by default takes so many."""
_NONSENSE: Final = "the schema registry makes no sense"
_ID: Final = 4
_HIGHEST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class _Version:
    id: bytes
    schema: RegisteredSchema


class ConfluentSchemaRegistry:
    """The SchemaProvider port over HTTP; ids are the registry's numbers."""

    def __init__(self, http: RegistryHttp) -> None:
        self._http = http

    def latest(self, event_type: str) -> RegisteredSchema:
        """Return the newest version; raises SchemaViolation if there is none."""
        return self._version(event_type, "latest", event_type).schema

    def get(self, ref: SchemaRef) -> RegisteredSchema:
        """Return that very version; raises SchemaViolation if unknown or its digest differs."""
        return same(self._numbered(ref.type, ref.version).schema, ref)

    def types(self) -> list[str]:
        """Return the registered event types, sorted; other subjects are somebody else's."""
        subjects = of_type(self._http.call("GET", "/subjects"), list)
        return sorted(name for each in subjects if is_event(name := of_type(each, str)))

    def id_of(self, ref: SchemaRef) -> bytes:
        """Return the number in 4 bytes, big endian; raises SchemaViolation as get."""
        version = self._numbered(ref.type, ref.version)
        same(version.schema, ref)
        return version.id

    def by_id(self, schema_id: bytes) -> RegisteredSchema:
        """Return the schema with that number; raises SchemaViolation if it is no event's."""
        unknown = f"no schema is registered with the id {schema_id.hex()}"
        number = int.from_bytes(schema_id, "big")
        if len(schema_id) != _ID or number > _HIGHEST:
            raise SchemaViolation(unknown)
        try:
            uses = self._http.call("GET", f"/schemas/ids/{number}/versions")
        except NotThere as error:
            raise SchemaViolation(unknown) from error
        for use in of_type(uses, list):
            subject = member(use, "subject", str)
            if is_type(subject):
                version = self._numbered(subject, member(use, "version", int))
                if version.id != schema_id:
                    raise Unavailable(f"{_NONSENSE}: a version has two ids")
                return version.schema
        raise SchemaViolation(f"{unknown} for an event")

    def versions(self, event_type: str) -> Sequence[RegisteredSchema]:
        """Return all versions, 1 first, or none; raises SchemaViolation if there is a gap."""
        try:
            numbers = self._http.call("GET", f"{_subject(event_type)}/versions")
        except NotThere:
            return ()
        found = sorted(of_type(number, int) for number in of_type(numbers, list))
        if found != list(range(1, len(found) + 1)):
            raise SchemaViolation(f"versions of {event_type} are missing in the registry: {found}")
        return tuple(self._numbered(event_type, number).schema for number in found)

    def add(self, schema: RegisteredSchema) -> None:
        """Add the version after the last, under the mode of compatibility that it names."""
        event_type, text = schema.ref.type, canonical(schema.definition)
        if (size := len(text.encode())) > LARGEST:
            message = f"{event_type} version {schema.ref.version} has {size} bytes"
            raise SchemaViolation(f"{message}: a registry takes {LARGEST}")
        mode = {"compatibility": schema.governance.compatibility}
        self._http.call("PUT", f"/config/{quote(event_type, safe='')}", mode)
        self._http.call("POST", f"{_subject(event_type)}/versions", {"schema": text})

    def _numbered(self, event_type: str, version: int) -> _Version:
        return self._version(event_type, version, f"{event_type} version {version}")

    def _version(self, event_type: str, which: int | str, what: str) -> _Version:
        unknown = f"no schema is registered for {what}"
        if not is_type(event_type) or (isinstance(which, int) and not 1 <= which <= _HIGHEST):
            raise SchemaViolation(unknown)
        try:
            answer = self._http.call("GET", f"{_subject(event_type)}/versions/{which}")
        except NotThere as error:
            raise SchemaViolation(unknown) from error
        return _read(event_type, which, answer)


def _subject(event_type: str) -> str:
    return f"/subjects/{quote(event_type, safe='')}"


def _read(event_type: str, asked: int | str, answer: Any) -> _Version:
    number, version = member(answer, "id", int), member(answer, "version", int)
    if asked not in ("latest", version) or not 0 <= number <= _HIGHEST:
        raise Unavailable(f"{_NONSENSE}: this is not what was asked for")
    if answer.get("schemaType", "AVRO") != "AVRO" or answer.get("references"):
        message = f"{event_type} version {version} in the registry is not Avro, or not all of it"
        raise SchemaViolation(f"{message}: it refers to other subjects, and ours never do")
    text = member(answer, "schema", str)
    return _Version(number.to_bytes(_ID, "big"), registered(text, event_type, version))
