"""Schema registries of other people's, as servers of this machine, with Nexus's schemas in them."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any, Final
from urllib.request import Request, urlopen

from botocore.session import Session

from tests.support.fetching import ROOT, go_program, python
from tests.support.local_server import LocalServer, serving
from tests.support.wire import SCHEMAS, Ids

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from chalicelib.services.governance.schema_registry import RegisteredSchema

_MOTO: Final = ("moto[glue]==5.2.5", "flask>=3,<4", "flask-cors>=6,<7")
_NAME: Final = "nexus-event-schema-registry"


def glue() -> AbstractContextManager[LocalServer]:
    """Give moto's server, which speaks AWS Glue's language; raises CannotRun."""
    server = [python("moto", _MOTO), "-m", "tests.support.foreign.glue_server"]
    return serving("moto", server)


def confluent() -> AbstractContextManager[LocalServer]:
    """Give a registry that speaks Confluent's language; raises CannotRun."""
    return serving("srfake", [go_program("srfake", ROOT / "tests/support/srfake")])


def registered_in_glue(server: LocalServer) -> Ids:
    """Register all that travels, and return the ids of the schemas' versions."""
    client = Session().create_client(
        "glue",
        region_name="eu-west-1",
        endpoint_url=server.endpoint,
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
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


def registered_with_confluent(server: LocalServer) -> Ids:
    """Register all that travels, and return the ids."""

    def register(schema: RegisteredSchema) -> bytes:
        request = Request(  # noqa: S310 - the server is our own
            f"{server.endpoint}/subjects/{schema.ref.type}/versions",
            json.dumps({"schema": json.dumps(schema.definition)}).encode(),
            {"Content-Type": "application/vnd.schemaregistry.v1+json"},
        )
        with urlopen(request) as response:  # noqa: S310 - as above
            answer: dict[str, Any] = json.load(response)
        return int(answer["id"]).to_bytes(4, "big")

    return Ids(SCHEMAS, register)
