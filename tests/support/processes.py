"""A server of one's own for tests: it prints its port, and ends with its standard input."""

from __future__ import annotations

import select
import subprocess
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_START: Final = 60.0
"""Seconds until it must have said where it listens."""
_STOP: Final = 10.0
"""Seconds that it gets to end by itself."""


class CannotRun(Exception):
    """There is no such server here; the message says what to do."""


@contextmanager
def serving(command: Sequence[str]) -> Iterator[int]:
    """Give the port of a server that this command starts, and stop it; raises CannotRun."""
    with TemporaryFile("w+") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            ready, _, _ = select.select([process.stdout], [], [], _START)
            line = process.stdout.readline() if ready else ""
            if not line:
                log.seek(0)
                raise CannotRun(f"{command[0]} did not start. It said: {log.read()[-2000:]}")
            yield int(line)
        finally:
            process.stdin.close()
            try:
                process.wait(_STOP)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()


def done(command: Sequence[str], what: str, **options: object) -> None:
    """Run a command to its end; raises CannotRun, which says what it was for."""
    try:
        ended = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            **options,  # type: ignore[call-overload] # cwd and env, as subprocess has them
        )
    except OSError as error:
        raise CannotRun(f"{what}: {error}") from error
    if ended.returncode:
        raise CannotRun(f"{what}: {(ended.stderr or ended.stdout)[-2000:]}")
