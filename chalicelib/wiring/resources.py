"""Finds the files that ship with the code: beside it, or wherever a package put them."""

from __future__ import annotations

import sys
from pathlib import Path

import chalicelib
from chalicelib.kernel.errors import Misconfigured


def resource(name: str) -> Path:
    """Return the folder of that name, as ``schemas/avro``; raises Misconfigured if it's nowhere."""
    beside = Path(chalicelib.__file__).parent.parent
    for root in (beside, *map(Path, sys.path)):
        if (root / name).is_dir():
            return root / name
    message = f"the folder {name} is neither beside the code in {beside} nor on the import path"
    raise Misconfigured(message)
