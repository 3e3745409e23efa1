"""Wiring: what the process that runs here is made of."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import Misconfigured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.wiring.container import System
    from chalicelib.wiring.embedded import Embedded

_current: list[System] = []


def current() -> System:
    """Return the system that this process runs; raises Misconfigured if it runs none."""
    if not _current:
        message = "no system runs in this process: start one"
        raise Misconfigured(message)
    return _current[-1]


@contextmanager
def use(system: System) -> Iterator[System]:
    """Make a system the current one for a while."""
    _current.append(system)
    try:
        yield system
    finally:
        _current.remove(system)


@contextmanager
def start() -> Iterator[Embedded]:
    """Run the embedded system with its pump by the settings in the environment."""
    from chalicelib.wiring.embedded import Embedded  # noqa: PLC0415 - Lambdas never need SQLite
    from chalicelib.wiring.settings import Settings  # noqa: PLC0415 - likewise

    with Embedded.assemble(Settings.read(os.environ)) as embedded, use(embedded.system):
        embedded.pump.start()
        yield embedded
