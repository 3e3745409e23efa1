"""FileSchemaRegistry keeps the contract."""

from __future__ import annotations

import json

import pytest

from chalicelib.adapters.avro.registry import FileSchemaRegistry
from tests.contract.schema_registry import SchemaRegistryContract


class TestFileSchemaRegistry(SchemaRegistryContract):
    @pytest.fixture
    def register(self, tmp_path_factory):
        def write(schemas):
            folder = tmp_path_factory.mktemp("schemas")
            for event_type, versions in schemas.items():
                place = folder.joinpath(*event_type.split("."))
                place.mkdir(parents=True)
                for number, definition in enumerate(versions, start=1):
                    (place / f"v{number}.avsc").write_text(json.dumps(definition, indent=2))
            return FileSchemaRegistry(folder)

        return write
