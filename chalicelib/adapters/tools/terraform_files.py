"""What stands in Terraform's files and shows in no plan, or keeps others from being judged."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.tools.terraform import ROOTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODULES: Final = "modules"
REFUSED: Final = (
    (re.compile(r"(^|.*_)override\.tf(\.json)?"), "overrides other files"),
    (re.compile(r".*\.tf\.json"), "is not in the language that is formatted and read"),
    (re.compile(r".*\.auto\.tfvars(\.json)?|terraform\.tfvars(\.json)?"), "sets variables unasked"),
    (re.compile(r"\.checkov\.ya?ml"), "may switch checks of checkov off"),
)
"""Names of files, and what is wrong with them."""
HIDDEN: Final = (
    (re.compile(r"\s*ephemeral\s"), "an ephemeral resource is in no plan"),
    (re.compile(r"[^#]*\bignore_changes\s*="), "what is ignored is not judged when it changes"),
    (re.compile(r".*checkov:skip=\w+\s*(:\s*)?$"), "a check is skipped without a reason"),
)
"""Beginnings of lines, and what is wrong with them."""
OFFLINE: Final = re.compile(r"[^#]*\bvar\.offline\b")
MAY_BE_OFFLINE: Final = "provider.tf"


@dataclass(frozen=True, slots=True)
class Hidden:
    """A file, relative to the folder of all Terraform, a line of it (0: all), and what is wrong."""

    file: str
    line: int
    message: str


def hidden(infra: Path) -> Iterator[Hidden]:
    """Yield all that a plan of the roots would not show."""
    for path in sorted(infra.rglob("*")):
        place = path.relative_to(infra)
        if any(part.startswith(".terraform") for part in place.parts):
            continue
        name = place.as_posix()
        if path.is_symlink():
            yield Hidden(name, 0, "is a link, and may lead to something else elsewhere")
        elif path.is_file():
            yield from (Hidden(name, 0, each) for each in _by_place(place.parts))
            yield from (Hidden(name, *each) for each in _by_line(path))


def _by_place(parts: tuple[str, ...]) -> Iterator[str]:
    yield from (message for pattern, message in REFUSED if pattern.fullmatch(parts[-1]))
    planned = len(parts) == 2 and parts[0] in ROOTS  # noqa: PLR2004 - root/file.tf
    if parts[-1].endswith((".tf", ".tf.json")) and not (planned or parts[0] == MODULES):
        yield f"belongs to no root: {', '.join(ROOTS)}, or {MODULES}"


def _by_line(path: Path) -> Iterator[tuple[int, str]]:
    if path.suffix != ".tf":
        return
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1):
        yield from ((number, message) for pattern, message in HIDDEN if pattern.match(line))
        if path.name != MAY_BE_OFFLINE and OFFLINE.match(line):
            yield number, "only a provider may depend on being offline"
