import subprocess
import sys

import pytest

from chalicelib.adapters.avro.registry import FileSchemaRegistry
from chalicelib.kernel.errors import Misconfigured, SchemaViolation
from chalicelib.services.governance.pinned_registry import PinnedSchemaRegistry
from chalicelib.wiring.registries import schema_provider, schema_registrar, schema_registry
from chalicelib.wiring.settings import RegistrySettings
from tests.contract.schema_registry import FIRST, MARKED, a_schema
from tests.support.hygiene import ROOT

pytestmark = [pytest.mark.requirement("R8"), pytest.mark.requirement("T3")]


def test_the_files_are_asked_themselves():
    """
    There is nothing to keep, and nobody to be down.
    """
    assert FileSchemaRegistry is type(schema_registry(RegistrySettings()))


@pytest.mark.parametrize(
    ("provider", "place"), [("glue", ""), ("confluent", "https://schemas.example.com")]
)
def test_another_registry_is_not_asked_for_what_is_known(provider, place):
    """
    Nor before anything is needed.
    """
    assert PinnedSchemaRegistry is type(schema_registry(RegistrySettings(provider, place)))


def test_a_confluent_registry_has_a_url():
    """
    Nobody can guess it.
    """
    with pytest.raises(Misconfigured, match="URL"):
        schema_provider(RegistrySettings("confluent"))


def test_what_a_provider_needs_comes_with_it():
    """
    Neither botocore nor urllib3 is imported for files: a cold start would pay for it.
    """
    script = (
        "import sys; from chalicelib.wiring.registries import schema_registry; "
        "from chalicelib.wiring.settings import RegistrySettings; "
        "schema_registry(RegistrySettings()); "
        "print(*sorted({'botocore', 'urllib3', 'tenacity'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "" == done.stdout.strip()


class TestRegistrar:
    def test_refuses_what_is_not_compatible(self, tmp_path):
        """
        By our own checker: an older event has no such field, and there is no default.
        """
        shelf, registrar = schema_registrar(RegistrySettings("files", str(tmp_path)))
        registrar.register(FIRST)

        with pytest.raises(SchemaViolation, match="holder"):
            registrar.register(a_schema("PotFired", MARKED))

        assert 1 == len(shelf.versions("pots.PotFired"))

    def test_takes_what_is(self, tmp_path):
        """
        A default is what was missing.
        """
        _, registrar = schema_registrar(RegistrySettings("files", str(tmp_path)))
        registrar.register(FIRST)

        assert 2 == registrar.register(a_schema("PotFired", {**MARKED, "default": ""})).ref.version

    def test_refuses_a_mode_that_there_is_not(self, tmp_path):
        """
        Rather than judge by none.
        """
        _, registrar = schema_registrar(RegistrySettings("files", str(tmp_path)))
        registrar.register(a_schema(compatibility="SOMEHOW"))

        with pytest.raises(SchemaViolation, match="no compatibility"):
            registrar.register(
                a_schema("PotFired", {**MARKED, "default": ""}, compatibility="SOMEHOW")
            )
