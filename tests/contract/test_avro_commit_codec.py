"""AvroCommitCodec keeps the contract."""

from __future__ import annotations

import pytest

from chalicelib.adapters.avro.commit_codec import AvroCommitCodec
from chalicelib.adapters.avro.event_codec import AvroEventCodec
from chalicelib.adapters.avro.registry import FileSchemaRegistry
from chalicelib.adapters.pydantic.shapes import PydanticShapes
from chalicelib.domain.orders import orders
from chalicelib.kernel.messages import message_type
from chalicelib.kernel.upcasting import UpcasterChain
from chalicelib.wiring.resources import resource
from tests.contract.commit_codec import CommitCodecContract


class TestAvroCommitCodec(CommitCodecContract):
    @pytest.fixture
    def event_codec(self):
        (order,) = orders.aggregates
        events = {message_type("orders", event): event for event in order.events}
        registry = FileSchemaRegistry(resource("schemas/avro"))
        return AvroEventCodec(registry, PydanticShapes(), events, UpcasterChain())

    @pytest.fixture
    def codec(self, event_codec):
        return AvroCommitCodec(event_codec, resource("schemas/avro"))
