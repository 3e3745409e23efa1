"""GlueSchemaRegistry keeps the contract, over moto's Glue."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from chalicelib.adapters.aws.glue import Glue
from chalicelib.adapters.aws.glue_registry import GlueSchemaRegistry
from tests.contract.schema_registrar import SchemaRegistrarContract
from tests.contract.schema_registry import SchemaRegistryContract


class TestGlueSchemaRegistry(SchemaRegistryContract, SchemaRegistrarContract):
    frame_id = 16

    @pytest.fixture
    def empty(self, moto_glue):
        client = moto_glue.client()
        with ExitStack() as stack:
            yield lambda: GlueSchemaRegistry(
                Glue(lambda: client), stack.enter_context(moto_glue.a_registry())
            )
        client.close()
