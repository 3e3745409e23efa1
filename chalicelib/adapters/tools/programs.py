"""Finds programs and runs them: in ``.cache/tools/bin``, where make puts them, or on the PATH."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import chalicelib
from chalicelib.kernel.errors import MissingTool, ToolFailed

if TYPE_CHECKING:
    from collections.abc import Callable, ItemsView, Mapping, Sequence

T = TypeVar("T")
INSTALLED: Final = Path(chalicelib.__file__).parents[1] / ".cache" / "tools" / "bin"
PATIENCE: Final = 120.0
"""Seconds that a program may take."""
TOLD: Final = 2_000
"""Characters of what a failing program said that are repeated."""
IN_GO: Final = {"GOGC": "400"}
"""Settings of programs in Go that evaluate Rego: collecting garbage took half of their time."""
ADVICE: Final = {
    "opa": "make tools (with Go, from go.dev)",
    "conftest": "make tools (with Go, from go.dev)",
    "checkov": "make tools",
    "terraform": "version 1.11 or newer, from developer.hashicorp.com/terraform",
}


@dataclass(frozen=True, slots=True)
class Done:
    """What a program ended with, and what it said."""

    name: str
    code: int
    out: str
    err: str

    def json(self, said: str | None = None) -> Any:
        """Return what it said (on standard output), read; raises ToolFailed if it isn't JSON."""
        try:
            return json.loads(self.out if said is None else said)
        except ValueError as error:
            raise self.failed() from error

    def read(self, reader: Callable[[Any], T], said: str | None = None) -> T:
        """Return what ``reader`` makes of its JSON; raises ToolFailed if that has another form."""
        try:
            return reader(self.json(said))
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            raise self.failed() from error

    def failed(self) -> ToolFailed:
        """Return the error that repeats what the program said."""
        said = (self.err.strip() or self.out.strip() or "nothing")[:TOLD]
        return ToolFailed(f"{self.name} ended with code {self.code} and said: {said}")


def find(name: str) -> Path:
    """Return where a program is; raises MissingTool, which says what to install."""
    for path in (str(INSTALLED), None):
        if found := shutil.which(name, path=path):
            return Path(found)
    raise MissingTool(f"needs {name}: {ADVICE.get(name, 'install it')}")


def run(
    name: str,
    words: Sequence[str | Path],
    *,
    folder: Path | None = None,
    settings: Mapping[str, str | None] | None = None,
    patience: float = PATIENCE,
) -> Done:
    """Run a program to its end, whatever code it ends with.

    ``folder`` is where it works, ``settings`` go into its environment (None takes one
    out of it), ``patience`` is in seconds.
    Raises MissingTool, and ToolFailed for one that can't be started or does not end in time.
    """
    command = [str(find(name)), *map(str, words)]
    try:
        with subprocess.Popen(  # noqa: S603 - a program that was found, words without a shell
            command,
            cwd=folder,
            env={name: value for name, value in _environment(settings or {}) if value is not None},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as process:
            return _ended(name, process, patience)
    except OSError as error:
        raise ToolFailed(f"{name} can't be started ({error}); install it again") from error


def _environment(settings: Mapping[str, str | None]) -> ItemsView[str, str | None]:
    """Return ours with the settings; conftest panics where nobody says whose home it is."""
    return {"HOME": str(Path.home()), **os.environ, **settings}.items()


def _ended(name: str, process: subprocess.Popen[str], patience: float) -> Done:
    try:
        out, err = process.communicate(timeout=patience)
    except subprocess.TimeoutExpired as error:
        raise ToolFailed(f"{name} did not end within {patience:g} seconds") from error
    finally:
        _stop(process)
    return Done(name, process.returncode, out, err)


def _stop(process: subprocess.Popen[str]) -> None:
    """End a program that was given up, and those that it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
