"""AvroEventCodec keeps the contract."""

from __future__ import annotations

import json

import pytest

from chalicelib.adapters.avro.event_codec import AvroEventCodec
from chalicelib.adapters.avro.registry import FileSchemaRegistry
from chalicelib.adapters.pydantic.shapes import PydanticShapes
from tests.contract.event_codec import EventCodecContract


class TestAvroEventCodec(EventCodecContract):
    @pytest.fixture
    def make_codec(self, tmp_path_factory):
        def make(events, schemas, upcasters):
            folder = tmp_path_factory.mktemp("schemas")
            for event_type, versions in schemas.items():
                place = folder.joinpath(*event_type.split("."))
                place.mkdir(parents=True)
                for number, definition in enumerate(versions, start=1):
                    (place / f"v{number}.avsc").write_text(json.dumps(definition))
            return AvroEventCodec(FileSchemaRegistry(folder), PydanticShapes(), events, upcasters)

        return make
