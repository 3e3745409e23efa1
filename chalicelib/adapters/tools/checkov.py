"""Checkov over Terraform: what its own checks find. It stays offline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.tools.programs import run
from chalicelib.kernel.errors import Misconfigured, ToolFailed

if TYPE_CHECKING:
    from pathlib import Path

_OFFLINE: Final = {"BC_API_KEY": "", "PRISMA_API_URL": "", "BC_SKIP_MAPPING": "TRUE"}
"""Without a key, and without the mapping of checks to its vendor's, it asks nobody."""


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """A check, as ``CKV_AWS_27``, that a resource fails; the file is relative to the folder."""

    check: str
    title: str
    resource: str
    file: str
    line: int


def failed_checks(folder: Path) -> list[FailedCheck]:
    """Return what Checkov finds in the Terraform under a folder.

    Raises ToolFailed, also if a file could not be read, and Misconfigured if there is nothing.
    """
    words = ["--directory", ".", "--framework", "terraform", "--skip-download"]
    form = ["--compact", "--quiet", "--output", "json"]
    done = run("checkov", [*words, *form], folder=folder, settings=_OFFLINE)
    report: dict[str, Any] = done.json()
    if not isinstance(report, dict):
        raise done.failed()
    results = report.get("results")
    if results is None:
        raise Misconfigured(f"checkov found nothing to check in {folder}")
    if unread := results.get("parsing_errors"):
        raise ToolFailed(f"checkov can't read {', '.join(unread)}")
    return [_failed(each) for each in results["failed_checks"]]


def _failed(check: dict[str, Any]) -> FailedCheck:
    file, (line, _) = check["file_path"].lstrip("/"), check["file_line_range"]
    return FailedCheck(check["check_id"], check["check_name"], check["resource"], file, line)
