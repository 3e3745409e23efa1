"""Conftest: build-time rules over files, as plans of Terraform or schemas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.tools.programs import run
from chalicelib.kernel.errors import Misconfigured, ToolFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SHARED: Final = "gates"
"""The folder with what the rules of all gates share, and the waivers."""
_DENIES: Final = 1
"""The code that conftest ends with when a rule denies, and when it fails."""


@dataclass(frozen=True, slots=True)
class Denial:
    """What a rule, as ``terraform.tracing``, says against a subject of a file."""

    file: str
    rule: str
    subject: str
    message: str


def denials(
    files: Sequence[Path], policies: Path, kind: str, data: Path | None = None
) -> list[Denial]:
    """Return what the rules of a kind, as ``terraform``, deny.

    ``policies`` is the folder of all kinds; ``data`` another one with the documents to decide by,
    each rooted by its path as OPA does it. Raises ToolFailed, also if a rule did not decide.
    """
    rules = [*_rules(policies / kind), *_rules(policies / SHARED)]
    words = ["test", "--all-namespaces", "--parser", "json", "--output", "json", "--no-color"]
    # Files, not folders: tests beside the rules may build on the fixtures of another folder.
    loaded = [f"--policy={path}" for path in rules]
    done = run("conftest", [*words, *loaded, f"--data={data or policies}", *files])
    if done.code not in (0, _DENIES):
        raise done.failed()
    results: list[dict[str, Any]] = done.json()
    packages = [f"nexus.{kind}.{path.stem}" for path in rules if path.parent.name == kind]
    _refuse_gaps(results, {(str(file), package) for file in files for package in packages})
    return [denial for result in results for denial in _denials(result)]


def _rules(folder: Path) -> list[Path]:
    found = [path for path in sorted(folder.glob("*.rego")) if not path.stem.endswith("_test")]
    if not found:
        raise Misconfigured(f"there are no policies in {folder}")
    return found


def _refuse_gaps(results: Sequence[dict[str, Any]], expected: set[tuple[str, str]]) -> None:
    decided = {(each["filename"], each["namespace"]) for each in results}
    if missing := sorted(expected - decided):
        told = ", ".join(f"{rule} on {file}" for file, rule in missing)
        raise ToolFailed(f"conftest did not decide by {told}")
    if excepted := sorted({each["namespace"] for each in results if each.get("exceptions")}):
        raise Misconfigured(f"{', '.join(excepted)}: only a waiver makes an exception")


def _denials(result: dict[str, Any]) -> Iterator[Denial]:
    rule = result["namespace"].removeprefix("nexus.")
    for each in (*result.get("failures", ()), *result.get("warnings", ())):
        subject = str(each.get("metadata", {}).get("subject", ""))
        message = each["msg"].removeprefix(subject).strip()
        yield Denial(result["filename"], rule, subject, message)
