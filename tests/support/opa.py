"""The policies as OPA and conftest judge them: many inputs, one process.

Both are found in the checkout's cache of tools, where ``make tools`` builds them, or on the PATH.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from chalicelib.adapters.rego.verdicts import verdict_module
from tests.support.fetching import ROOT, CannotRun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

POLICIES: Final = ROOT / "policies" / "rego"
_TOOLS: Final = ROOT / ".cache" / "tools" / "bin"
_EVERY_ANSWER: Final = """\
package asked

import rego.v1

answers := [answer |
	some question in data.questions
	answer := data.verdicts.{package} with input as question
]
"""

Verdicts: TypeAlias = "dict[str, dict[str, list[Any]]]"


def tool(name: str) -> str:
    """Return where a program lies; raises CannotRun."""
    found = shutil.which(name, path=os.pathsep.join([str(_TOOLS), os.environ.get("PATH", "")]))
    if found is None:
        raise CannotRun(f"needs {name}, in .cache/tools/bin or on the PATH: run make tools")
    return found


def rules_of(package: str) -> list[str]:
    """Return the rules of a package as ``nexus.commands``, by their names, without tests."""
    folder = POLICIES.joinpath(*package.split(".")[1:])
    files = sorted(file.stem for file in folder.glob("*.rego"))
    return [f"{package}.{name}" for name in files if not name.endswith("_test")]


def opa_verdicts(package: str, questions: Sequence[object]) -> list[Verdicts]:
    """Return, for each question, what each rule says: ``{rule: {"allow": [...], "deny": [...]}}``.

    Each is an array of the one value, empty where the rule is undefined. Raises CannotRun, and
    RuntimeError with OPA's own words.
    """
    with TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "asked.rego").write_text(_EVERY_ANSWER.format(package=package))
        (folder / "verdicts.rego").write_text(verdict_module(package, rules_of(package)))
        (folder / "questions.json").write_text(json.dumps({"questions": list(questions)}))
        command = [tool("opa"), "eval", "--format", "raw", "--ignore", "*_test.rego"]
        loaded = ["--data", str(POLICIES), "--data", str(folder)]
        answers: list[Verdicts] = json.loads(_run([*command, *loaded, "data.asked.answers"]))
    return answers


def conftest_failures(
    package: str, documents: Mapping[str, object], more: Sequence[str] = ("gates",)
) -> dict[str, list[dict[str, Any]]]:
    """Return what conftest denies of each document, by its name: ``{"msg", "metadata"}`` each.

    ``more`` names the folders that the package's rules need besides. Raises as ``opa_verdicts``.
    """
    folders = [package.removeprefix("nexus.").replace(".", "/"), *more]
    with TemporaryDirectory() as place:
        files = {str(Path(place) / f"{number}.json"): name for number, name in enumerate(documents)}
        for file, name in files.items():
            Path(file).write_text(json.dumps(documents[name]))
        command = [tool("conftest"), "test", "--output", "json", "--no-fail", "--all-namespaces"]
        loaded = [part for each in folders for part in ("--policy", str(POLICIES / each))]
        judged = json.loads(_run([*command, *loaded, "--data", str(POLICIES), *files]))
    failures: dict[str, list[dict[str, Any]]] = {name: [] for name in documents}
    for each in judged:
        failures[files[each["filename"]]] += each.get("failures", [])
    return failures


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:2])} failed: {done.stdout}{done.stderr}")
    return done.stdout
