"""OPA over a folder of policies: their format, the strict check, and their own tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.tools.programs import IN_GO, run
from chalicelib.kernel.errors import Misconfigured

if TYPE_CHECKING:
    from collections.abc import Iterable
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
    return done.read(lambda report: [_refused(each) for each in report["errors"]], done.err)


def untested(folder: Path) -> list[Fault]:
    """Return the tests that fail, by name; if none does, the lines that no test reaches."""
    words = ["test", "--format", "json"]
    done = run("opa", [*words, "."], folder=_rules(folder), settings=IN_GO)
    if failing := done.read(_failing_ones):
        return failing
    done = run("opa", [*words, "--coverage", "."], folder=folder, settings=IN_GO)
    return done.read(_uncovered)


def _rules(folder: Path) -> Path:
    if not any(folder.rglob("*.rego")):
        raise Misconfigured(f"there are no policies in {folder}")
    return folder


def _refused(error: dict[str, Any]) -> Fault:
    where = error.get("location") or {}
    return Fault(where.get("file", ""), where.get("row", 0), error["message"])


def _failing_ones(tests: Any) -> list[Fault]:
    if not tests:
        raise Misconfigured("the policies have no tests")
    return [_failing(each) for each in tests if {"fail", "error", "skip"} & each.keys()]


def _failing(test: dict[str, Any]) -> Fault:
    where = test["location"]
    verdict = "is skipped" if test.get("skip") else "fails"
    return Fault(where["file"], where["row"], f"{test['name']} {verdict}")


def _uncovered(report: Any) -> list[Fault]:
    missed = {file: each.get("not_covered") for file, each in sorted(report["files"].items())}
    lines = {file: _lines(ranges) for file, ranges in missed.items() if ranges}
    return [
        Fault(file, rows[0], f"no test reaches line {', '.join(map(str, rows))}")
        for file, rows in lines.items()
    ]


def _lines(ranges: Iterable[dict[str, Any]]) -> list[int]:
    return sorted(
        {row for each in ranges for row in range(each["start"]["row"], each["end"]["row"] + 1)}
    )
