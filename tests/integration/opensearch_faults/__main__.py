"""``python -m tests.integration.opensearch_faults``: seeds of faults before an OpenSearch node."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.integration.opensearch_faults.plants import PLANTS
from tests.integration.opensearch_faults.run import World
from tests.support.opensearch_node import Mortal
from tests.support.seeded_runs import run_seeds

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def world() -> Iterator[World]:
    """Give a world on a node of its own."""
    with TemporaryDirectory() as folder, Mortal(Path(folder)) as node:
        yield World(node)


if __name__ == "__main__":
    sys.exit(run_seeds("tests.integration.opensearch_faults", world, PLANTS, 10))
