"""Files of entries, one a line, so that a review sees what was added."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def write_entries(file: Path, entries: Iterable[Mapping[str, object]]) -> None:
    """Write a JSON array with a line for each entry."""
    lines = map(json.dumps, entries)
    file.write_text("[\n  " + ",\n  ".join(lines) + "\n]\n", encoding="utf-8")
