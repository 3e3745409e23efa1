"""PydanticShapes keeps the contract."""

from __future__ import annotations

import pytest

from chalicelib.adapters.pydantic.shapes import PydanticShapes
from tests.contract.shapes import ShapesContract


class TestPydanticShapes(ShapesContract):
    @pytest.fixture
    def shapes(self):
        return PydanticShapes()
