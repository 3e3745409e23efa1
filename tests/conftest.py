"""Fixtures that more than one folder of tests needs, and a check of the requirements' names."""

import pytest

from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.settings import Settings
from tests.support.client import Client

REQUIREMENTS = {f"T{n}" for n in range(1, 19)} | {f"R{n}" for n in range(1, 13)}
"""The eighteen tasks and the twelve requirements that a test may show."""


def pytest_collection_modifyitems(items):
    for item in items:
        for mark in item.iter_markers("requirement"):
            if set(mark.args) - REQUIREMENTS:
                raise pytest.UsageError(f"{item.nodeid}: no such requirement: {mark.args}")


@pytest.fixture(name="settings")
def _settings(tmp_path):
    return Settings(data=tmp_path / "data")


@pytest.fixture(name="embedded")
def _embedded(settings):
    """The whole system on an empty folder; its pump is stepped by hand."""
    with Embedded.assemble(settings) as embedded:
        yield embedded


@pytest.fixture(name="client")
def _client(embedded):
    return Client(embedded)
