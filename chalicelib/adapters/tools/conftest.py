"""Conftest: build-time rules over files, as plans of Terraform or schemas."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.tools.programs import IN_GO, PATIENCE, run
from chalicelib.kernel.errors import Misconfigured, ToolFailed
from chalicelib.services.governance.rules import Denial

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_AS_JSON: Final = ("--parser", "json", "--output", "json", "--no-color")
_OR_FAIL: Final = "--show-builtin-errors"
"""Without it, a rule that fails denies nothing."""
_DENIES: Final = 1
"""The code that conftest ends with when a rule denies, and when it fails."""


def denials(
    files: Sequence[Path],
    policies: Path,
    kind: str,
    data: Path | None = None,
    patience: float = PATIENCE,
) -> dict[Path, list[Denial]]:
    """Return what the rules of a kind, as ``terraform``, deny of each file.

    ``policies`` is the folder of all kinds; ``data`` another one with the documents to decide by,
    each rooted by its path as OPA does it; ``patience`` is in seconds. Raises ToolFailed, also if
    a rule did not decide.
    """
    rules = frozenset(f"nexus.{kind}.{name}" for name in _names(policies / kind))
    only = ("--namespace", f"nexus.{kind}.*")
    words: list[str | Path] = [
        "test",
        *only,
        "--policy",
        policies,
        "--data",
        data or policies,
        *_AS_JSON,
        _OR_FAIL,
    ]
    done = run("conftest", [*words, *files], settings=IN_GO, patience=patience)
    if done.code not in (0, _DENIES):
        raise done.failed()
    return done.read(partial(_decided, files, rules))


def _decided(
    files: Sequence[Path], rules: frozenset[str], results: Any
) -> dict[Path, list[Denial]]:
    _refuse_gaps(results, {(str(file), rule) for file in files for rule in rules})
    denied: dict[Path, list[Denial]] = {file: [] for file in files}
    for result in results:
        denied[Path(result["filename"])].extend(_denials(result))
    return denied


def _names(folder: Path) -> list[str]:
    found = [path.stem for path in folder.glob("*.rego") if not path.stem.endswith("_test")]
    if not found:
        raise Misconfigured(f"there are no policies in {folder}")
    return found


def _refuse_gaps(results: Sequence[dict[str, Any]], expected: set[tuple[str, str]]) -> None:
    decided = {(each["filename"], each["namespace"]) for each in results if _asked(each)}
    if missing := sorted(expected - decided):
        told = ", ".join(f"{rule} on {file}" for file, rule in missing)
        raise ToolFailed(f"conftest did not decide by {told}")
    if excepted := sorted({each["namespace"] for each in results if each.get("exceptions")}):
        raise Misconfigured(f"{', '.join(excepted)}: only a waiver makes an exception")


def _asked(result: dict[str, Any]) -> bool:
    """Tell whether there was a ``deny`` to ask, whatever it said."""
    return any(result.get(kind) for kind in ("successes", "failures", "warnings", "exceptions"))


def _denials(result: dict[str, Any]) -> Iterator[Denial]:
    for each in (*result.get("failures", ()), *result.get("warnings", ())):
        finding = {"msg": each["msg"], **each.get("metadata", {})}
        yield Denial.of(result["namespace"], finding)
