"""ConfluentSchemaRegistry keeps the contract, over franz-go's registry."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from chalicelib.adapters.confluent.http import RegistryHttp
from chalicelib.adapters.confluent.registry import ConfluentSchemaRegistry
from tests.contract.schema_registrar import SchemaRegistrarContract
from tests.contract.schema_registry import SchemaRegistryContract
from tests.support.confluent_registry import running


class TestConfluentSchemaRegistry(SchemaRegistryContract, SchemaRegistrarContract):
    frame_id = 4

    @pytest.fixture
    def empty(self, confluent_program):
        with ExitStack() as stack:
            yield lambda: ConfluentSchemaRegistry(
                RegistryHttp(stack.enter_context(running(confluent_program)))
            )
