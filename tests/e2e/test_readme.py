"""What the README shows is run as it stands there: its curl lines and its recipe."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.server import Server

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()

CONSOLES = re.findall(
    r"```console\n(.*?)```\n(?:\n```json\n(.*?)```)?", README.partition("## How")[0], re.DOTALL
)
FILES = re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", README, re.DOTALL)
SCRIPTS = re.findall(r"<!-- run -->\n```python\n(.*?)```", README, re.DOTALL)

NEW_FILES = re.findall(r"<!-- new file: (\S+) -->\n```\w+\n(.*?)```", README, re.DOTALL)
(PATCH,) = re.findall(r"<!-- patch -->\n```diff\n(.*?)```", README, re.DOTALL)
(BEFORE,) = re.findall(r"<!-- before -->\n```console\n(.*?)```", README, re.DOTALL)
(AFTER,) = re.findall(r"<!-- after -->\n```console\n(.*?)```", README, re.DOTALL)

OPEN = """
from pathlib import Path
from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.settings import Settings
from tests.support.client import Client

with Embedded.assemble(Settings(data=Path(".data"))) as embedded:
    client = Client(embedded)
    client.command("OpenTicket", {{"ticketId": "{ticket}", "subject": "Help", {more}}})
    client.settle()
    print([item.get("priority") for item in client.many("/api/tickets")])
"""

USE_IT = """
from pathlib import Path
from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.settings import Settings
from chalicelib.adapters.avro.lint import check_contexts
from chalicelib.wiring.contexts import CONTEXTS
from tests.support.client import Client

with Embedded.assemble(Settings(data=Path("data"))) as embedded:
    client = Client(embedded)
    placed = client.command("OpenTicket", {"ticketId": "t-1", "subject": "It rains in"})
    assert "tickets.TicketOpened" == placed.events[0][1]
    client.settle()
    assert ["t-1"] == [item["ticketId"] for item in client.many("/api/tickets")]
"""


@pytest.fixture(name="checkout")
def _checkout(tmp_path):
    """A copy of the project with the recipe's files written into it."""
    for folder in ("chalicelib", "schemas", "policies", "infra", "tests/support", "tests/fixtures"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / ".cache").symlink_to(ROOT / ".cache")
    for name, text in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def run(script, checkout):
    environ = {**os.environ, "PYTHONPATH": str(checkout)}
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=checkout,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


def curl_lines(console):
    """The curl commands of a block, continued lines joined."""
    lines = re.split(r"^\$ ", console.replace("\\\n", " "), flags=re.MULTILINE)
    return [line for line in lines if line.startswith("curl ")]


def said(text):
    """A JSON text without what differs from run to run."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "some-id", text)
    return json.loads(re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "some-time", text))


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed: install curl")
class TestCurlLines:
    def test_answer_as_shown(self, tmp_path):
        """
        Every curl line is answered, and where the README shows the answer it is that one.
        """
        with Server(tmp_path / "a folder" / "data") as server:
            for console, expected in CONSOLES:
                for line in curl_lines(console):
                    here = line.replace("http://127.0.0.1:8000", str(server.http.base_url))
                    got = subprocess.run(
                        shlex.split(here), capture_output=True, text=True, check=True
                    )
                    answer = said(got.stdout)
                    assert answer.get("status") != 500
                    if expected:
                        assert said(expected) == answer

    def test_are_there(self):
        """
        There are lines to try, four of them with their answers.
        """
        assert 10 == sum(len(curl_lines(console)) for console, _ in CONSOLES)
        assert 4 == sum(bool(expected) for _, expected in CONSOLES)


@pytest.mark.requirement("T1")
class TestRecipe:
    def test_names_four_files_and_a_test(self):
        """
        The recipe touches a schema, a context, one line of the wiring and who owns the events.
        """
        assert [
            "schemas/avro/tickets/TicketOpened/v1.avsc",
            "chalicelib/domain/tickets/__init__.py",
            "chalicelib/wiring/contexts.py",
            "policies/rego/schemas/owners/data.json",
        ] == [name for name, _ in FILES]
        assert 1 == len(SCRIPTS)

    @pytest.mark.parametrize("script", [*SCRIPTS, USE_IT], ids=["its test", "in use"])
    def test_works(self, checkout, script):
        """
        The new context's own test passes, and the platform takes its command and shows its view.
        """
        done = run(script, checkout)

        assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.requirement("T13")
class TestChange:
    def test_works(self, checkout):
        """
        Old events are read in the new form, and the gate asks for all that the recipe tells.
        """
        assert "[None]\n" == run(OPEN.format(ticket="t-1", more=""), checkout).stdout
        assert [0, 0, 0] == [nexus(line, checkout).returncode for line in nexus_lines(BEFORE)]
        assert 0 == nexus("nexus gate --only schemas --only history", checkout).returncode

        for name, text in NEW_FILES:
            (checkout / name).write_text(text)
        patch = ["git", "apply", "--unidiff-zero", "-"]
        subprocess.run(patch, input=PATCH, text=True, cwd=checkout, check=True)
        more = '"priority": "urgent"'
        opened = run(OPEN.format(ticket="t-2", more=more), checkout)
        first, *others = [nexus(line, checkout) for line in nexus_lines(AFTER)]

        assert ("['normal', 'urgent']\n", "") == (opened.stdout, opened.stderr)
        assert 1 == first.returncode
        for told in ("TicketOpened/v2.avsc: is not released", "events[0].data.priority"):
            assert told in first.stdout
        assert [(0, "")] * 5 == [(each.returncode, each.stderr) for each in others]


def nexus_lines(console):
    """The lines of a block that a user types."""
    return [line.removeprefix("$ ") for line in console.splitlines()]


def nexus(line, checkout):
    """Run a line as it stands there, without an installation."""
    words = [sys.executable, "-m", "chalicelib.cli", *shlex.split(line)[1:]]
    environ = {**os.environ, "PYTHONPATH": str(checkout), "COLUMNS": "200"}
    return subprocess.run(
        words, cwd=checkout, env=environ, capture_output=True, text=True, check=False
    )
