"""A server that is a process of its own, on a free port of this machine.

It writes the port as its first line, and ends when its standard input does: so it outlives nobody.
"""

from __future__ import annotations

import select
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Final

from tests.support.fetching import ROOT, CannotRun

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

START: Final = 60.0
"""Seconds until it must have answered."""
_STOP: Final = 10.0
"""Seconds that it gets to end by itself."""


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A running one."""

    endpoint: str
    pid: int


@contextmanager
def serving(name: str, command: Sequence[str]) -> Iterator[LocalServer]:
    """Give one that has said its port, and stop it at the end; raises CannotRun."""
    with (
        TemporaryFile("w+") as log,
        subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            yield LocalServer(f"http://127.0.0.1:{_port(name, process, log)}", process.pid)
        finally:
            _stop(process)


def _port(name: str, process: subprocess.Popen[str], log: IO[str]) -> int:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], START)
    line = process.stdout.readline() if ready else ""
    if not line:
        log.seek(0)
        raise CannotRun(f"{name} did not start. It said: {log.read()[-2000:]}")
    return int(line)


def _stop(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
