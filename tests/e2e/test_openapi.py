"""The running server keeps what its OpenAPI document promises."""

import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.support.server import ROOT, Server

pytestmark = [pytest.mark.requirement("T17"), pytest.mark.requirement("T5")]

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("openapi") / "data") as server:
        yield server


def schemathesis(url, folder):
    """Ask a server, with a folder for what Schemathesis keeps."""
    command = ["-m", "schemathesis.cli", "--config-file", str(CONFIGURATION), "run", url]
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_served_is_valid(server):
    """OpenAPI 3.1 by its own schema, and each schema in it JSON Schema 2020-12."""
    document = server.query("/openapi.json").json()

    assert [] == list(OpenAPIV31SpecValidator(document).iter_errors())
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_the_server_does_what_it_says(server, tmp_path):
    """No status, header or body that is not documented, no 5xx but a documented 503.

    Asked are the examples, the bounds of every schema, values inside and outside of them, and
    sequences along the links.
    """
    order = {"orderId": "order-1", "customerId": "customer-1", "totalAmount": 99.99}
    assert 201 == server.command("PlaceOrder", order).status_code

    done = schemathesis(f"{server.http.base_url}/openapi.json", tmp_path)

    assert 0 == done.returncode, done.stdout + done.stderr
    found = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert found, done.stdout
    assert int(found[1]) > 500
    assert found[1] == found[2]
    assert "Traceback" not in server.output()
