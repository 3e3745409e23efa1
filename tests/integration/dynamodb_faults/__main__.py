"""``python -m tests.integration.dynamodb_faults``: seeds of faults before DynamoDB Local."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.integration.dynamodb_faults.plants import PLANTS
from tests.integration.dynamodb_faults.run import World
from tests.support.dynamodb_local import running
from tests.support.seeded_runs import run_seeds

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def world() -> Iterator[World]:
    """Give a world on a database of its own."""
    with running() as local:
        yield World(local)


if __name__ == "__main__":
    sys.exit(run_seeds("tests.integration.dynamodb_faults", world, PLANTS, 20))
