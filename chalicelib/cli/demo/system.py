"""The system that the demo is played on: a process of its own, stopped by its id."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import chalicelib
from chalicelib.kernel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(chalicelib.__file__).parent.parent
START: Final = 30.0
"""Seconds that it may take to say its address."""
_STOP: Final = 12.0
"""Seconds that it gets to answer what it has begun."""
_LOOK: Final = 0.02
_ADDRESS: Final = re.compile(r"http://(127\.0\.0\.1:[0-9]+)")


def environment(data: Path) -> dict[str, str]:
    """Return this process's environment with the settings of the demo, and no other of Nexus."""
    others = {name: text for name, text in os.environ.items() if not name.startswith("NEXUS_")}
    return others | {"NEXUS_DATA": str(data), "NEXUS_PORT": "0", "NEXUS_AUTH": "jwt"}


def python(*words: str) -> list[str]:
    """Return a command of this project's, to be run in ``ROOT``."""
    return [sys.executable, "-m", *words]


@contextmanager
def running(data: Path, log: Path) -> Iterator[str]:
    """Give host and port of a system over a new folder, and stop it; raises Unavailable.

    Whoever has to name himself there does it by a token of the folder's own issuer.
    """
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - its own code, by its own interpreter
            python("chalicelib.entrypoints.local"),
            cwd=ROOT,
            env=environment(data),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            yield _address(process, log)
        finally:
            _stop(process)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and process.poll() is None:
        if found := _ADDRESS.search(log.read_text(errors="replace")):
            return found[1]
        time.sleep(_LOOK)
    raise Unavailable(f"the system did not start: {log.read_text(errors='replace')[-1000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
