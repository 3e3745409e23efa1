"""Nexus's schemas in registries of other people's, as their own clients would put them there."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any, Final
from urllib.request import Request, urlopen

from tests.support.wire import SCHEMAS, Ids

if TYPE_CHECKING:
    from chalicelib.services.governance.schema_registry import RegisteredSchema
    from tests.support.moto_glue import MotoGlue

_NAME: Final = "nexus-event-schema-registry"


def registered_in_glue(glue: MotoGlue) -> Ids:
    """Register all that travels, and return the ids of the schemas' versions."""
    client = glue.client()
    client.create_registry(RegistryName=_NAME)

    def register(schema: RegisteredSchema) -> bytes:
        made = client.create_schema(
            RegistryId={"RegistryName": _NAME},
            SchemaName=schema.ref.type,
            DataFormat="AVRO",
            Compatibility=schema.governance.compatibility.replace("TRANSITIVE", "ALL"),
            SchemaDefinition=json.dumps(schema.definition),
        )
        return uuid.UUID(made["SchemaVersionId"]).bytes

    return Ids(SCHEMAS, register)


def registered_with_confluent(url: str) -> Ids:
    """Register all that travels, and return the ids."""

    def register(schema: RegisteredSchema) -> bytes:
        request = Request(  # noqa: S310 - the server is our own
            f"{url}/subjects/{schema.ref.type}/versions",
            json.dumps({"schema": json.dumps(schema.definition)}).encode(),
            {"Content-Type": "application/vnd.schemaregistry.v1+json"},
        )
        with urlopen(request) as response:  # noqa: S310 - as above
            answer: dict[str, Any] = json.load(response)
        return int(answer["id"]).to_bytes(4, "big")

    return Ids(SCHEMAS, register)
