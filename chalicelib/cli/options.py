"""What several commands take, and what their exit codes mean."""

from __future__ import annotations

import os
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer


class Exit(IntEnum):
    """What a command ends with."""

    FINE = 0
    WRONG = 1
    """It did what was asked, and found something wrong."""
    UNABLE = 2
    """It could not do what was asked; one sentence says why."""


UNWRAPPED: Final = "\b"
"""Before a paragraph of help, keeps its lines as they are."""
DEFAULT_DATA: Final = Path(".data")
DEFAULT_PORT: Final = 8000

Data: TypeAlias = Annotated[
    Path,
    typer.Option(
        "--data", envvar="NEXUS_DATA", help="The folder that a Nexus keeps everything in."
    ),
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Answer in JSON, for scripts.")]
Url: TypeAlias = Annotated[
    str,
    typer.Option(
        "--url",
        default_factory=lambda: f"http://127.0.0.1:{os.environ.get('NEXUS_PORT') or DEFAULT_PORT}",
        help="Where the system runs.",
        show_default="http://127.0.0.1:8000, or the port in NEXUS_PORT",
    ),
]


def examples(*lines: str) -> str:
    """Return the end of a command's help: lines that can be typed as they stand."""
    return "\n".join((UNWRAPPED, "Examples:", *(f"  {line}" for line in lines)))
