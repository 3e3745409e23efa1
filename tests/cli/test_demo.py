"""``nexus demo``, as a user types it: all is stopped, nothing is left, and a hole is told."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from typing import Any

import pytest

from chalicelib.cli.demo import telling
from chalicelib.cli.demo.runner import take
from chalicelib.cli.demo.step import Attempt, Outcome, Step
from chalicelib.cli.demo.steps import STEPS
from chalicelib.cli.output import console
from tests.support.hygiene import ROOT

pytestmark = pytest.mark.requirement("T17")

COMMAND = [sys.executable, "-m", "chalicelib.cli", "demo"]
TRIED = [each.name for each in STEPS if each.stopped_by]
HOLES = {
    "denied-command": (
        "policies/rego/commands/data.json",
        '"limit_cents": 1000000,',
        '"limit_cents": 2000000,',
    ),
    "overwritten-history": (
        "chalicelib/adapters/embedded/event_store.py",
        "WHEN EXISTS (",
        "WHEN NOT EXISTS (SELECT 1) AND EXISTS (",
    ),
    "terraform-plan": (
        "policies/rego/terraform/tracing.rego",
        "== setting.value",
        "!= null",
    ),
}
"""What is no longer stopped, and what was changed in which file for that."""
PATIENCE = 60.0
NOWHERE: Any = None
"""The stage of steps that need none."""


def settings(folder, code=ROOT):
    """An environment whose temporary and data folders are the test's own."""
    others = {name: text for name, text in os.environ.items() if not name.startswith("NEXUS_")}
    temporary = folder / "temporary"
    temporary.mkdir()
    own = {"TMPDIR": str(temporary), "NEXUS_DATA": str(folder / "data"), "PYTHONPATH": str(code)}
    return {**others, **own}


def demo(folder, *words, code=ROOT):
    """Type it in a folder where nothing is, and wait for its end."""
    return subprocess.run(
        [*COMMAND, *words],
        cwd=folder,
        env=settings(folder, code),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(name="played", scope="module")
def _played(tmp_path_factory):
    """The folder in which it was typed, and what came of it."""
    folder = tmp_path_factory.mktemp("demo")
    return folder, demo(folder)


class TestDemo:
    def test_tries_everything_and_all_is_stopped(self, played):
        """
        In the order in which it is declared, and with the reasons.
        """
        _, done = played

        assert (0, "") == (done.returncode, done.stderr), done.stdout
        assert [each.title for each in STEPS] == re.findall(
            r"^\d\. (.+)$", done.stdout, re.MULTILINE
        )
        assert [each.stopped_by for each in STEPS if each.stopped_by] == re.findall(
            r"^   STOPPED by (.+)$", done.stdout, re.MULTILINE
        )
        assert "NOT" not in done.stdout
        for reason in (
            "no schema is registered for coupons.CouponGiven",
            "can't read that as double",
            "403 A policy forbids it: nexus.commands.large_orders",
            "404 There is no such thing",
            "401 We don't know who you are",
            "a commit is never changed",
            "default/Order/demo-1@1 can't be read",
            "terraform.no_expiry: ",
            "terraform.insert_only: ",
            "terraform.tracing: ",
        ):
            assert reason in done.stdout

    def test_leaves_nothing(self, played):
        """
        No folder, no process that listens, and the user's own data folder is not even made.
        """
        folder, done = played
        (port,) = re.findall(r"http://127\.0\.0\.1:(\d+), ", done.stdout)

        assert ["temporary"] == [path.name for path in folder.iterdir()]
        assert [] == list((folder / "temporary").iterdir())
        with socket.socket() as client:
            assert 0 != client.connect_ex(("127.0.0.1", int(port)))

    def test_writes_no_colours_into_a_pipe(self, played):
        """
        Nor anything else that steers a terminal.
        """
        _, done = played

        assert [] == re.findall(r"[^\x20-\x7e\n]", done.stdout)

    def test_is_what_the_readme_shows(self, played):
        """
        Line by line, but for how long it took.
        """
        _, done = played
        readme = (ROOT / "README.md").read_text()
        (excerpt,) = re.findall(r"```text\n(3\. .+?)```", readme, re.DOTALL)

        def timeless(text):
            return re.sub(r"in \d+\.\d s", "in so many s", text)

        parts = timeless(excerpt).split("...\n")
        assert 4 == len(parts)
        assert [] == [part for part in parts if part not in timeless(done.stdout)]


@pytest.fixture(name="holed", scope="module")
def _holed(tmp_path_factory):
    """A copy of the project with a space in its name, and three holes."""
    copy = tmp_path_factory.mktemp("copy") / "with holes"
    for folder in (
        "chalicelib",
        "schemas",
        "policies",
        "infra",
        "tests/policy/plans",
        "tests/fixtures/histories",
    ):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file, old, new in HOLES.values():
        text = (copy / file).read_text()
        assert 1 == text.count(old)
        (copy / file).write_text(text.replace(old, new))
    return copy


class TestHole:
    def test_is_found_and_told(self, holed, tmp_path):
        """
        By the steps that went through it, and by no other.
        """
        done = demo(tmp_path, "--json", code=holed)

        said = json.loads(done.stdout)
        assert (1, False) == (done.returncode, said["allAsItMustBe"]), done.stderr
        assert set(HOLES) == {each["name"] for each in said["steps"] if not each["asItMustBe"]}

    def test_is_told_loudly(self, capsys):
        """
        In words, also without colours; the summary names the step.
        """
        outcomes = list(take([step(Attempt("how", "201", expected=False))], NOWHERE))
        telling.tell(console(), 1, outcomes[0])
        telling.close(console(), outcomes, 1.0)

        said = capsys.readouterr().out
        assert "NOT STOPPED by the guard" in said
        assert "NOT ALL WAS AS IT MUST BE, in 1.0 s: A way." in said


def step(*attempts, stopped_by="the guard"):
    return Step("way", "A way", "Somebody tries.", stopped_by, lambda stage: iter(attempts))


def broken(stage):
    yield Attempt("how", "refused", expected=True)
    raise ZeroDivisionError("no such thing")


@pytest.mark.parametrize(
    ("taken", "held"),
    [
        (step(Attempt("how", "403", expected=True)), True),
        (step(Attempt("how", "201", expected=False)), False),
        (step(), False),
        (step(Attempt("how", "200", expected=True, harmless=True)), False),
        (step(Attempt("how", "200", expected=True, harmless=True), stopped_by=""), True),
        (step(Attempt("how", "403", expected=False, harmless=True), stopped_by=""), False),
        (Step("way", "A way", "Somebody tries.", "the guard", broken), False),
    ],
    ids=["stopped", "let through", "not tried", "only a harmless one", "works", "broken", "failed"],
)
def test_a_step_holds_if_all_was_tried_and_ended_as_it_must(taken, held):
    """What could not be tried has not been stopped."""
    (outcome,) = take([taken], NOWHERE)

    assert held == outcome.held


@pytest.mark.parametrize(
    ("environment", "steered", "coloured"),
    [
        ({}, False, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
    ],
    ids=["a pipe", "a terminal", "NO_COLOR"],
)
def test_colours_are_for_those_who_want_them(monkeypatch, capsys, environment, steered, coloured):
    """NO_COLOR leaves bold type, and takes the colours."""
    for name in ("FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm-256color", **environment}.items():
        monkeypatch.setenv(name, value)

    telling.tell(console(), 1, Outcome(step(), (Attempt("how", "403", expected=True),), 1.0))

    said = capsys.readouterr().out
    assert (steered, coloured) == ("\x1b[" in said, bool(re.search(r"\x1b\[[\d;]*3[0-7]", said)))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_it_may_be_ended_at_any_time(tmp_path, number):
    """Ctrl-C and kill take the system and its folder away, too."""
    with subprocess.Popen(
        COMMAND,
        cwd=tmp_path,
        env=settings(tmp_path),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        system = system_of(tmp_path / "temporary")
        process.send_signal(number)
        process.wait(PATIENCE)

    assert 0 != process.returncode
    assert [] == list((tmp_path / "temporary").iterdir())
    with pytest.raises(ProcessLookupError):
        os.kill(system, 0)


def system_of(temporary):
    """Wait until the system has locked its data folder, and return its process id."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for lock in temporary.glob("nexus-demo-*/data/lock"):
            if process := lock.read_text():
                return int(process)
        time.sleep(0.02)
    raise AssertionError("the system did not start")
