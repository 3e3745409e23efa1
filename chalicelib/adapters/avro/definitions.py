"""Avro schemas as data: read from a file, named by digest and fingerprint, asked who owns them."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Final

from fastavro.schema import fingerprint, parse_schema, to_parsing_canonical_form

from chalicelib.adapters.avro.circles import endless
from chalicelib.kernel.commit import Path as Propagation
from chalicelib.kernel.commit import SchemaRef
from chalicelib.kernel.errors import Misconfigured, SchemaViolation
from chalicelib.services.governance.schema_registry import Governance, RegisteredSchema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Definition = dict[str, Any]

PLATFORM: Final = "nexus"
"""The context of the platform's own schemas, which are those of commits and not of events."""
_TYPE: Final = re.compile(r"[a-z][a-z0-9_]*\.[A-Z][A-Za-z0-9]*")


def is_type(name: str) -> bool:
    """Say whether a name can be that of an event's type, as ``orders.OrderPlaced``, or of ours."""
    return _TYPE.fullmatch(name) is not None


def is_event(name: str) -> bool:
    """Say whether a name can be that of an event's type, as ``orders.OrderPlaced``."""
    return is_type(name) and not name.startswith(f"{PLATFORM}.")


def full_name(schema_type: str) -> str:
    """Return Avro's name: ``nexus.orders.OrderPlaced``, ``nexus.Commit``."""
    return schema_type if schema_type.startswith(f"{PLATFORM}.") else f"{PLATFORM}.{schema_type}"


def read(file: Path, name: str) -> Definition:
    """Return the record schema of that full name; raises Misconfigured, which names the file."""
    try:
        return parsed(file.read_bytes(), name)
    except (OSError, ValueError) as error:
        message = f"{file} should define the record {name}: {error}"
        raise Misconfigured(message) from error


def parsed(text: str | bytes, name: str) -> Definition:
    """Return the record schema of that full name, self-contained and finite; raises ValueError."""
    try:
        definition = json.loads(text)
        schema = parse_schema(definition)
    except Exception as error:  # a text can be wrong in more ways than fastavro documents
        message = f"it is no Avro schema: {type(error).__name__} {error}"
        raise ValueError(message) from error
    if not isinstance(schema, dict) or (schema["type"], schema.get("name")) != ("record", name):
        raise ValueError("it is the schema of something else")
    if circle := endless(schema):
        raise ValueError(f"no value of it could ever end, as {circle} contains itself")
    return dict(definition)


def registered(text: str, event_type: str, version: int) -> RegisteredSchema:
    """Return a schema from a registry's text of it; raises SchemaViolation."""
    try:
        definition = parsed(text, full_name(event_type))
        governance = said_by(definition)
    except ValueError as error:
        message = f"the registry's {event_type} version {version} can't be used: {error}"
        raise SchemaViolation(message) from error
    return RegisteredSchema(
        SchemaRef(event_type, version, digest_of(definition)), governance, definition
    )


def same(schema: RegisteredSchema, ref: SchemaRef) -> RegisteredSchema:
    """Return the schema if it is that of the reference; raises SchemaViolation."""
    if schema.ref.digest != ref.digest:
        raise SchemaViolation(f"the schema of {ref.type} version {ref.version} is another here")
    return schema


def canonical(definition: Mapping[str, Any]) -> str:
    """Return canonical JSON: names sorted, no white space."""
    return json.dumps(definition, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(definition: Mapping[str, Any]) -> bytes:
    """Return SHA-256 of the canonical JSON: names sorted, no white space; formatting is nothing."""
    return hashlib.sha256(canonical(definition).encode()).digest()


def fingerprint_of(definition: Mapping[str, Any]) -> bytes:
    """Return the Avro fingerprint (CRC-64), little endian as in a single object's header.

    It knows no logical types, docs or properties.
    """
    return bytes.fromhex(fingerprint(to_parsing_canonical_form(dict(definition)), "CRC-64-AVRO"))


def tell_apart(schemas: Sequence[RegisteredSchema]) -> None:
    """Raise SchemaViolation if two versions have one fingerprint."""
    if len(schemas) == 1:
        return  # a cold start needn't compute it
    seen: dict[bytes, int] = {}
    for schema in schemas:
        version, mark = schema.ref.version, fingerprint_of(schema.definition)
        if mark in seen:
            raise SchemaViolation(
                f"v{version}.avsc has the Avro fingerprint of v{seen[mark]}.avsc: "
                "readers that go by it can't tell the two apart"
            )
        seen[mark] = version


def governance_of(definition: Mapping[str, Any], file: Path) -> Governance:
    """Return what the schema says beside its form; raises Misconfigured, which names the file."""
    try:
        return said_by(definition)
    except ValueError as error:
        raise Misconfigured(f"{file}: {error}") from error


def said_by(definition: Mapping[str, Any]) -> Governance:
    """Return what the schema says beside its form; raises ValueError."""
    try:
        said = definition["nexus"]
        return Governance(
            owner=said["owner"],
            classification=said["classification"],
            propagation=Propagation(said["propagation"]),
            compatibility=said["compatibility"],
            subject=said["subject"],
            personal=tuple(f["name"] for f in definition["fields"] if f.get("personal")),
        )
    except (KeyError, TypeError, ValueError) as error:
        message = f"its governance properties lack or mistake {error}"
        raise ValueError(message) from error
