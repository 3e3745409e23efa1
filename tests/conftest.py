"""Fixtures that more than one folder of tests needs, and a check of the requirements' names."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.settings import Settings
from tests.support import confluent_registry, dynamodb_local, moto_glue, opensearch_node
from tests.support.client import Client
from tests.support.fetching import needed_in_ci
from tests.support.requirements import IDS

# The asserts of the contracts explain their failures, as those of test files do.
pytest.register_assert_rewrite(
    *(f"tests.contract.{file.stem}" for file in Path(__file__).parent.glob("contract/*.py"))
)


def pytest_collection_modifyitems(items):
    for item in items:
        for mark in item.iter_markers("requirement"):
            if set(mark.args) - set(IDS):
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


@pytest.fixture(name="dynamodb_local", scope="session")
def _dynamodb_local():
    """One for all tests, started by the first that wants it; CI must have what it needs."""
    with ExitStack() as stack:
        with needed_in_ci():
            local = stack.enter_context(dynamodb_local.running())
        yield local


@pytest.fixture(name="moto_glue", scope="session")
def _moto_glue():
    """One for all tests, likewise."""
    with ExitStack() as stack:
        with needed_in_ci():
            glue = stack.enter_context(moto_glue.running())
        yield glue


@pytest.fixture(name="opensearch", scope="session")
def _opensearch(tmp_path_factory):
    """One node for all tests, likewise; each has indexes behind a prefix of its own."""
    with ExitStack() as stack:
        with needed_in_ci():
            folder = tmp_path_factory.mktemp("opensearch")
            node = stack.enter_context(opensearch_node.running(folder))
        yield node


@pytest.fixture(name="confluent_program", scope="session")
def _confluent_program():
    """What a Confluent-compatible registry is started with, likewise."""
    with needed_in_ci():
        return confluent_registry.built()
