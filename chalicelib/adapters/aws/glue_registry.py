"""AWS Glue as the schema registry: a schema for each event type, its versions numbered as ours."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from chalicelib.adapters.answers import NotThere, member, of_type
from chalicelib.adapters.avro.definitions import canonical, is_event, is_type, registered, same
from chalicelib.adapters.aws.glue import Glue
from chalicelib.adapters.deadline import remaining
from chalicelib.kernel.errors import SchemaViolation, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from chalicelib.kernel.commit import SchemaRef
    from chalicelib.services.governance.schema_registry import RegisteredSchema

REGISTRY: Final = "nexus-event-schema-registry"
LONGEST: Final = 170_000
"""Characters that Glue takes as a definition."""
_ID: Final = 16
"""Bytes of a UUID."""
WAIT: Final = 30.0
"""Seconds that Glue gets to check a version."""
_PAUSE: Final = 0.2
PAGES: Final = 100
"""Of a list of schemas; an account has at most 1,000, and 25 are in a page."""
_NEWEST: Final = {"LatestVersion": True}


@dataclass(frozen=True, slots=True)
class _Version:
    event_type: str
    number: int
    id: bytes
    status: str
    text: str

    def available(self) -> _Version:
        """Return it if it can be used; raises Unavailable (not yet) or SchemaViolation."""
        if self.status == "AVAILABLE":
            return self
        message = f"version {self.number} of {self.event_type} is {self.status} in Glue"
        raise Unavailable(message) if self.status == "PENDING" else SchemaViolation(message)

    def schema(self) -> RegisteredSchema:
        return registered(self.text, self.event_type, self.number)


class GlueSchemaRegistry:
    """The SchemaProvider port over a Glue registry, which has to exist; ids are version UUIDs."""

    def __init__(
        self, glue: Glue, name: str = REGISTRY, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._glue = glue
        self._name = name
        self._sleep = sleep

    def latest(self, event_type: str) -> RegisteredSchema:
        """Return the newest version that can be used; raises SchemaViolation if there is none."""
        version = self._version(event_type, _NEWEST)
        while version.status != "AVAILABLE":
            version = self._version(event_type, {"VersionNumber": version.number - 1})
        return version.schema()

    def get(self, ref: SchemaRef) -> RegisteredSchema:
        """Return that very version; raises SchemaViolation if unknown or its digest differs."""
        return same(self._numbered(ref.type, ref.version).schema(), ref)

    def types(self) -> list[str]:
        """Return the registered event types, sorted."""
        found: list[str] = []
        token: dict[str, str] = {}
        for _ in range(PAGES):
            page = self._call("list_schemas", RegistryId={"RegistryName": self._name}, **token)
            found.extend(member(each, "SchemaName", str) for each in member(page, "Schemas", list))
            if not page.get("NextToken"):
                return sorted(filter(is_event, found))
            token = {"NextToken": page["NextToken"]}
        raise Unavailable("the schema registry makes no sense: its list of schemas has no end")

    def id_of(self, ref: SchemaRef) -> bytes:
        """Return the 16 bytes of the version's UUID; raises SchemaViolation as get."""
        version = self._numbered(ref.type, ref.version)
        same(version.schema(), ref)
        return version.id

    def by_id(self, schema_id: bytes) -> RegisteredSchema:
        """Return the schema with that UUID; raises SchemaViolation if it is not one of ours."""
        unknown = f"no schema is registered with the id {schema_id.hex()}"
        if len(schema_id) != _ID:
            raise SchemaViolation(unknown)
        try:
            answer = self._call("get_schema_version", SchemaVersionId=str(UUID(bytes=schema_id)))
        except NotThere as error:
            raise SchemaViolation(unknown) from error
        *_, registry, event_type = member(answer, "SchemaArn", str).split("/")
        if registry != self._name or not is_type(event_type):
            raise SchemaViolation(f"{unknown} in {self._name}")
        return _read(event_type, answer).available().schema()

    def versions(self, event_type: str) -> Sequence[RegisteredSchema]:
        """Return all versions, 1 first, or none; raises SchemaViolation if there is a gap."""
        try:
            newest = self._call("get_schema", SchemaId=self._schema_id(event_type))
        except NotThere:
            return ()
        numbers = range(1, member(newest, "LatestSchemaVersion", int) + 1)
        return tuple(self._numbered(event_type, number).schema() for number in numbers)

    def add(self, schema: RegisteredSchema) -> None:
        """Add the version after the last, and wait until Glue has checked it."""
        ref, text = schema.ref, canonical(schema.definition)
        if len(text) > LONGEST:
            message = f"{ref.type} version {ref.version} has {len(text)} characters"
            raise SchemaViolation(f"{message}: Glue takes {LONGEST}")
        mode = schema.governance.compatibility.replace("_TRANSITIVE", "_ALL")
        if ref.version == 1:
            self._create(ref.type, text, mode)
        else:
            self._append(ref, text, mode)
        self._checked(ref, mode)

    def _create(self, event_type: str, text: str, mode: str) -> None:
        self._call(
            "create_schema",
            RegistryId={"RegistryName": self._name},
            SchemaName=event_type,
            DataFormat="AVRO",
            Compatibility=mode,
            SchemaDefinition=text,
        )

    def _append(self, ref: SchemaRef, text: str, mode: str) -> None:
        schema_id = self._schema_id(ref.type)
        if self._call("get_schema", SchemaId=schema_id).get("Compatibility") != mode:
            self._call("update_schema", SchemaId=schema_id, Compatibility=mode)
        answer = self._call("register_schema_version", SchemaId=schema_id, SchemaDefinition=text)
        number = member(answer, "VersionNumber", int)
        if number != ref.version:
            message = f"Glue numbers version {ref.version} of {ref.type} as {number}"
            raise SchemaViolation(
                f"{message}: it takes the definition for an older one, or counts a failed one"
            )

    def _checked(self, ref: SchemaRef, mode: str) -> None:
        ends = time.monotonic() + min(WAIT, remaining())
        while True:
            version = self._version(ref.type, {"VersionNumber": ref.version})
            if version.status != "PENDING" or time.monotonic() + _PAUSE >= ends:
                break
            self._sleep(_PAUSE)
        if version.status == "FAILURE":
            message = f"Glue finds version {ref.version} of {ref.type} not {mode}"
            raise SchemaViolation(f"{message}; delete it there before another is registered")
        version.available()

    def _numbered(self, event_type: str, number: int) -> _Version:
        return self._version(event_type, {"VersionNumber": number}).available()

    def _version(self, event_type: str, which: Mapping[str, Any]) -> _Version:
        number = which.get("VersionNumber")
        what = event_type if number is None else f"{event_type} version {number}"
        unknown = f"no schema is registered for {what}"
        if not is_type(event_type) or (number is not None and number < 1):
            raise SchemaViolation(unknown)
        try:
            answer = self._call(
                "get_schema_version",
                SchemaId=self._schema_id(event_type),
                SchemaVersionNumber=which,
            )
        except NotThere as error:
            raise SchemaViolation(unknown) from error
        version = _read(event_type, answer)
        if number not in (None, version.number):
            raise Unavailable("the schema registry makes no sense: this is not what was asked for")
        return version

    def _schema_id(self, event_type: str) -> dict[str, str]:
        return {"RegistryName": self._name, "SchemaName": event_type}

    def _call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        return of_type(self._glue.call(self._name, operation, **parameters), dict)


def _read(event_type: str, answer: dict[str, Any]) -> _Version:
    try:
        schema_id = UUID(member(answer, "SchemaVersionId", str)).bytes
    except ValueError as error:
        raise Unavailable(f"the schema registry makes no sense: {error}") from error
    return _Version(
        event_type,
        member(answer, "VersionNumber", int),
        schema_id,
        member(answer, "Status", str),
        member(answer, "SchemaDefinition", str),
    )
