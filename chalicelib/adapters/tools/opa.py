"""OPA over a folder of policies: their format, the strict check, and their own tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.tools.programs import run
from chalicelib.kernel.errors import Misconfigured

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a policy: its file, relative to the folder, and the line (0: all)."""

    file: str
    line: int
    message: str


def unformatted(folder: Path) -> list[Fault]:
    """Return the files that ``opa fmt`` would change; raises ToolFailed where one can't be read."""
    done = run("opa", ["fmt", "--list", "."], folder=_rules(folder))
    if done.code:
        raise done.failed()
    return [Fault(file, 0, "is not formatted") for file in done.out.splitlines()]


def invalid(folder: Path) -> list[Fault]:
    """Return what ``opa check --strict`` refuses."""
    done = run("opa", ["check", "--strict", "--format", "json", "."], folder=_rules(folder))
    if not done.code:
        return []
    return [_refused(error) for error in done.json(done.err)["errors"]]


def untested(folder: Path) -> list[Fault]:
    """Return the tests that fail, by name; if none does, the lines that no test reaches."""
    words = ["test", "--format", "json"]
    done = run("opa", [*words, "."], folder=_rules(folder))
    tests: list[dict[str, Any]] = done.json() or []
    if not tests:
        raise Misconfigured(f"the policies in {folder} have no tests")
    failing = [_failing(each) for each in tests if {"fail", "error", "skip"} & each.keys()]
    return failing or list(
        _uncovered(run("opa", [*words, "--coverage", "."], folder=folder).json())
    )


def _rules(folder: Path) -> Path:
    if not any(folder.rglob("*.rego")):
        raise Misconfigured(f"there are no policies in {folder}")
    return folder


def _refused(error: dict[str, Any]) -> Fault:
    where = error.get("location") or {}
    return Fault(where.get("file", ""), where.get("row", 0), error["message"])


def _failing(test: dict[str, Any]) -> Fault:
    where = test["location"]
    verdict = "is skipped" if test.get("skip") else "fails"
    return Fault(where["file"], where["row"], f"{test['name']} {verdict}")


def _uncovered(report: dict[str, Any]) -> Iterator[Fault]:
    for file, each in sorted(report["files"].items()):
        if ranges := each.get("not_covered"):
            lines = _lines(ranges)
            told = ", ".join(map(str, lines))
            yield Fault(file, lines[0], f"no test reaches line {told}")


def _lines(ranges: Iterable[dict[str, Any]]) -> list[int]:
    return sorted(
        {row for each in ranges for row in range(each["start"]["row"], each["end"]["row"] + 1)}
    )
