"""Programs that are missing, hang, crash or talk nonsense: each ends in an error that says so."""

import os
import time

import pytest

from chalicelib.adapters.tools import checkov, conftest, opa, programs
from chalicelib.kernel.errors import Misconfigured, MissingTool, NexusError, ToolFailed
from tests.support.fetching import needed_in_ci

pytestmark = [pytest.mark.requirement("R9"), pytest.mark.requirement("T4")]


@pytest.fixture(name="fake")
def _fake(tmp_path, monkeypatch):
    """Write a program, in the place of the real ones."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setattr(programs, "INSTALLED", folder)

    def fake(name, script):
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)

    return fake


@pytest.fixture(name="rego")
def _rego(tmp_path):
    """A folder with one rule about plans."""
    rule = tmp_path / "rego/terraform/keys.rego"
    rule.parent.mkdir(parents=True)
    rule.write_text("package nexus.terraform.keys\n")
    return tmp_path / "rego"


def asked(rego, plan):
    return {
        "opa fmt": lambda: opa.unformatted(rego),
        "opa check": lambda: opa.invalid(rego),
        "opa test": lambda: opa.untested(rego),
        "conftest": lambda: conftest.denials([plan], rego, "terraform"),
        "checkov": lambda: checkov.failed_checks(rego),
    }


QUESTIONS = ["opa fmt", "opa check", "opa test", "conftest", "checkov"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_crash_is_told_with_what_was_said(fake, rego, tmp_path, question):
    """And with the code it ended with."""
    fake(question.split()[0], "#!/bin/sh\necho 'panic: no memory' >&2\nexit 3\n")

    with pytest.raises(ToolFailed, match="ended with code 3 and said: panic: no memory"):
        asked(rego, tmp_path / "plan.json")[question]()


@pytest.mark.parametrize("question", ["opa test", "conftest", "checkov"])
@pytest.mark.parametrize("said", ["", "fine", "[", "[]", "3", '"fine"', '[{"fine": true}]'])
def test_nonsense_is_never_taken_for_fine(fake, rego, tmp_path, question, said):
    """Though it ends with 0."""
    fake(question.split()[0], f"#!/bin/sh\necho '{said}'\n")

    with pytest.raises(NexusError):
        asked(rego, tmp_path / "plan.json")[question]()


def test_one_that_cannot_be_started_is_told(fake):
    """As after its interpreter has gone."""
    fake("checkov", "#!/nowhere/python\n")

    with pytest.raises(ToolFailed, match=r"can't be started.*install it again"):
        programs.run("checkov", [])


def test_one_that_hangs_is_ended_with_what_it_started(fake, tmp_path):
    """In time, though a child of it holds the output open."""
    mark = tmp_path / "child"
    fake("opa", f"#!/bin/sh\nsleep 60 &\necho $! > {mark}\nwait\n")

    started = time.monotonic()
    with pytest.raises(ToolFailed, match=r"opa did not end within 0\.5 seconds"):
        programs.run("opa", [], patience=0.5)

    assert time.monotonic() - started < 20
    child = int(mark.read_text())
    assert _is_gone(child)


def _is_gone(process):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def test_a_missing_one_is_told_with_what_to_install(fake, monkeypatch, tmp_path):
    """Neither in the cache nor on the PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(MissingTool, match=r"needs conftest: make tools \(with Go, from go.dev\)"):
        programs.find("conftest")


def test_the_one_in_the_cache_comes_first(fake, monkeypatch, tmp_path):
    """Its version is the one that was chosen."""
    fake("opa", "#!/bin/sh\necho mine\n")
    other = tmp_path / "other"
    other.mkdir()
    (other / "opa").symlink_to("/bin/true")
    monkeypatch.setenv("PATH", f"{other}:{os.environ['PATH']}")

    assert "mine\n" == programs.run("opa", []).out


@pytest.mark.parametrize(
    ("result", "told"),
    [
        ('[{"filename": "PLAN", "namespace": "nexus.terraform.other"}]', "did not decide by"),
        ('[{"filename": "x", "namespace": "nexus.terraform.keys"}]', "did not decide by"),
        (
            '[{"filename": "PLAN", "namespace": "nexus.terraform.keys", "successes": 0}]',
            "did not decide by",
        ),
        (
            '[{"filename": "PLAN", "namespace": "nexus.terraform.keys", "exceptions": [1]}]',
            "only a waiver makes an exception",
        ),
    ],
    ids=["another rule", "another file", "no deny in it", "an exception"],
)
def test_a_rule_that_was_not_asked_has_not_passed(fake, rego, tmp_path, result, told):
    """Nor one that conftest's own exceptions lift."""
    plan = tmp_path / "plan.json"
    fake("conftest", f"#!/bin/sh\necho '{result.replace('PLAN', str(plan))}'\n")

    with pytest.raises((ToolFailed, Misconfigured), match=told):
        conftest.denials([plan], rego, "terraform")


def test_a_rule_that_fails_has_not_passed(rego, tmp_path):
    """Nor does it deny: Rego's own way would be to go on as if it had said nothing."""
    plan = tmp_path / "plan.json"
    plan.write_text('{"name": 1}')
    rule = rego / "terraform" / "keys.rego"
    rule.write_text('package nexus.terraform.keys\n\ndeny contains "x" if count(input.name) > 0\n')

    with needed_in_ci(), pytest.raises(ToolFailed, match="built-in error"):
        conftest.denials([plan], rego, "terraform")


def test_a_home_is_told_where_there_is_none(fake, monkeypatch):
    """As in a container; a home that is told stays."""
    fake("opa", '#!/bin/sh\necho "${HOME:-none}"\n')
    monkeypatch.delenv("HOME")

    assert "none\n" != programs.run("opa", []).out
    assert "/elsewhere\n" == programs.run("opa", [], settings={"HOME": "/elsewhere"}).out
