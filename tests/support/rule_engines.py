"""What policies say of many documents, asked of each engine that they have to mean the same in.

Programs are found in the checkout's cache of tools, where ``make tools`` puts them, or on the PATH;
without them, functions raise MissingTool.
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from chalicelib.adapters.rego.build_time import BuildTimeRules
from chalicelib.adapters.rego.verdicts import Verdicts, verdict_module
from chalicelib.adapters.tools.conftest import denials
from chalicelib.adapters.tools.programs import IN_GO, run
from chalicelib.services.governance.rules import Denial
from tests.support.fetching import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

POLICIES: Final = ROOT / "policies" / "rego"
PATIENCE: Final = 600.0
"""Seconds for all documents; all plans take some 45 on two busy cores."""
_EVERY_ANSWER: Final = """\
package asked

import rego.v1

answers := [answer |
	some question in data.questions
	answer := data.verdicts.{package} with input as question
]
"""

Denied: TypeAlias = "dict[str, frozenset[Denial]]"
"""What is denied of each document, by its name."""


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


def by_regorus(kind: str, documents: Mapping[str, object]) -> Denied:
    """Ask the rules of a kind, as ``terraform``, of the engine that also decides at run time."""
    rules = BuildTimeRules(POLICIES, kind)
    return {name: frozenset(rules.judge(each)) for name, each in documents.items()}


def by_opa(kind: str, documents: Mapping[str, object]) -> Denied:
    """Ask OPA the same."""
    verdicts = opa_verdicts(f"nexus.{kind}", list(documents.values()))
    return {
        name: frozenset(_denials(found)) for name, found in zip(documents, verdicts, strict=True)
    }


def by_conftest(kind: str, documents: Mapping[str, object]) -> Denied:
    """Ask conftest the same, as the gate does."""
    with TemporaryDirectory() as folder:
        files = {name: Path(folder) / f"{n}.json" for n, name in enumerate(documents)}
        for name, file in files.items():
            file.write_text(json.dumps(documents[name]))
        found = denials(list(files.values()), POLICIES, kind, patience=PATIENCE)
    return {name: frozenset(found[file]) for name, file in files.items()}


def opa_verdicts(package: str, questions: Sequence[object]) -> list[Verdicts]:
    """Return what each rule of a package, as ``nexus.commands``, says of each question in OPA."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "asked.rego").write_text(_EVERY_ANSWER.format(package=package))
        (folder / "verdicts.rego").write_text(verdict_module(package, rules_of(package)))
        (folder / "questions.json").write_text(json.dumps({"questions": list(questions)}))
        loaded: list[str | Path] = ["--data", POLICIES, "--data", folder, "--ignore", "*_test.rego"]
        words = ["eval", "--format", "raw", *loaded, "data.asked.answers"]
        done = run("opa", words, settings=IN_GO, patience=PATIENCE)
    answers: list[Verdicts] = done.json()
    return answers


def _denials(verdicts: Verdicts) -> list[Denial]:
    denied: list[tuple[str, Any]] = [
        (rule, findings) for rule, verdict in verdicts.items() for findings in verdict["deny"]
    ]
    return [Denial.of(rule, finding) for rule, findings in denied for finding in findings]
