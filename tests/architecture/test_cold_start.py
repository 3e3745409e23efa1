"""What the command function imports: a cold start is paid for by the module, so they are counted.

Seconds differ from machine to machine; modules do not.
"""

import json
import subprocess
import sys

import pytest

from tests.support.server import ROOT

pytestmark = [pytest.mark.requirement("T18"), pytest.mark.requirement("R2")]

LIMIT = 545
"""Modules, the interpreter's own included; 509 when this was set."""
START = """
import json, sys
from chalicelib.entrypoints.http import commands
from chalicelib.wiring.aws import write_ports
from chalicelib.wiring.container import write_side
from chalicelib.wiring.contexts import CONTEXTS
from chalicelib.adapters.aws import clients

write_side(write_ports(), CONTEXTS, snapshot_interval=6)
clients.client("dynamodb")
print(json.dumps(sorted(sys.modules)))
"""
OF_OTHERS = [
    "aws_xray_sdk",
    "boto3",  # botocore is enough
    "click",
    "hypothesis",
    "jsonschema",  # schemas are checked before they are released, not here
    "moto",
    "opensearchpy",
    "pydantic",  # its core is enough
    "pytest",
    "rich",
    "s3transfer",
    "sqlite3",
    "typer",
    "chalicelib.adapters.embedded",
    "chalicelib.cli",
    "chalicelib.entrypoints.local",
]


@pytest.fixture(name="modules", scope="module")
def _modules():
    environ = {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
    }
    done = subprocess.run(
        [sys.executable, "-c", START],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", OF_OTHERS)
def test_it_does_without_what_others_need(modules, name):
    """
    Neither it nor what it imports imports that.
    """
    assert [] == [each for each in modules if each == name or each.startswith(f"{name}.")]


def test_their_number_is_bounded(modules):
    """
    Whoever needs more of them has to say so here.
    """
    assert len(modules) <= LIMIT, f"{len(modules)} modules"
