"""docs/cli.md: every line there can be typed, and every command is there."""

from __future__ import annotations

import re
import shlex

import pytest

from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.settings import Settings
from tests.cli.orders import live
from tests.cli.test_commands import COMMANDS
from tests.support.client import Client
from tests.support.hygiene import ROOT

PAGE = (ROOT / "docs/cli.md").read_text()
LINES = re.findall(r"^\$ nexus (.+)$", PAGE, re.MULTILINE)

CHANGING = re.compile("redrive|rebuild")

pytestmark = pytest.mark.requirement("T17")


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory):
    """A data folder with the order of the page."""
    data = tmp_path_factory.mktemp("docs") / "data"
    with Embedded.assemble(Settings(data=data)) as embedded:
        client = Client(embedded)
        live(client, "test-1")
        client.settle()
    return data


@pytest.mark.parametrize("line", [line for line in LINES if not CHANGING.search(line)])
def test_a_line_can_be_typed(nexus, folder, monkeypatch, line):
    """As it stands there; what changes something needs a running system: test_running.py."""
    monkeypatch.setenv("NEXUS_DATA", str(folder))
    monkeypatch.setenv("NEXUS_PORT", "0")

    done = nexus(*shlex.split(line))

    assert (0, "") == (done.code, done.err)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_is_there(command):
    """In the table of commands."""
    table, _, _ = PAGE.partition("## For scripts")

    assert f"`nexus {' '.join(command)}`" in table
