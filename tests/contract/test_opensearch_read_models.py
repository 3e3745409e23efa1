"""OpenSearchReadModels keeps the contracts, on a real node."""

from __future__ import annotations

import pytest

from tests.contract.read_models import (
    ANOTHER,
    INDEX,
    IndexesContract,
    ReadModelsContract,
)
from tests.support.opensearch_indexes import read_models_on

FIELDS = {
    **dict.fromkeys(("total", "number", "lines"), int),
    **dict.fromkeys(("status", "at", "note", "day", "text", "nothing"), str),
    **dict.fromkeys(("gift", "flag"), bool),
}
"""All that documents of the contract have: here nothing appears by itself."""


class TestOpenSearchReadModels(ReadModelsContract):
    @pytest.fixture
    def read_models(self, opensearch):
        with read_models_on(opensearch, at_once=400) as read_models:
            for index in (INDEX, ANOTHER):
                read_models.create(index, FIELDS)
            yield read_models


class TestOpenSearchIndexes(IndexesContract):
    @pytest.fixture
    def read_models(self, opensearch):
        with read_models_on(opensearch) as read_models:
            yield read_models
