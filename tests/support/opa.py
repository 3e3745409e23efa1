"""The policies as OPA and conftest judge them: many inputs, one process.

Both are found in the checkout's cache of tools, where ``make tools`` builds them, or on the PATH.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from chalicelib.adapters.rego.verdicts import verdict_module
from chalicelib.adapters.tools.programs import find
from tests.support.fetching import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

POLICIES: Final = ROOT / "policies" / "rego"
_EVERY_ANSWER: Final = """\
package asked

import rego.v1

answers := [answer |
	some question in data.questions
	answer := data.verdicts.{package} with input as question
]
"""

Verdicts: TypeAlias = "dict[str, Any]"


def rules_of(package: str) -> dict[str, str]:
    """Return the rules of a package as ``nexus.commands``, without tests: texts by full names."""
    folder = POLICIES.joinpath(*package.split(".")[1:])
    return {
        f"{package}.{file.stem}": file.read_text()
        for file in sorted(folder.glob("*.rego"))
        if not file.stem.endswith("_test")
    }


def settings_of(folder: str) -> Any:
    """Return what a folder's data.json says."""
    return json.loads((POLICIES / folder / "data.json").read_bytes())


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
        command = [str(find("opa")), "eval", "--format", "raw", "--ignore", "*_test.rego"]
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
        command = [str(find("conftest")), "test", "--output", "json", "--no-fail", "--all-namespaces"]
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
