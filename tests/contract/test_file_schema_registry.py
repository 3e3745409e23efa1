"""FileSchemaRegistry keeps the contract; what it wrote is what another one reads."""

from __future__ import annotations

import pytest

from chalicelib.adapters.avro.registry import FileSchemaRegistry
from tests.contract.schema_registrar import SchemaRegistrarContract
from tests.contract.schema_registry import SchemaRegistryContract, a_schema, permissive


class TestFileSchemaRegistry(SchemaRegistryContract, SchemaRegistrarContract):
    frame_id = 8

    @pytest.fixture
    def empty(self, tmp_path_factory):
        return lambda: FileSchemaRegistry(tmp_path_factory.mktemp("schemas"))


@pytest.mark.requirement("T3")
def test_what_was_registered_is_in_the_files(tmp_path):
    """A registry over the same folder, read anew, has the same."""
    written = permissive(FileSchemaRegistry(tmp_path)).register(a_schema())

    read = FileSchemaRegistry(tmp_path)

    assert written == read.latest("pots.PotFired")
    assert read.latest("pots.PotFired") == read.by_id(read.id_of(written.ref))
