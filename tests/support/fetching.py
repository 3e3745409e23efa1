"""What tests need of other people's code: fetched once from its registry, then cached.

Each folder of the cache is named for what it is made from, and appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import pytest

from chalicelib.kernel.errors import MissingTool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT: Final = Path(__file__).parents[2]
_CACHE: Final = ROOT / ".cache"
_NEEDS_JAVA: Final = (
    "needs Maven and a JDK of version 17 or newer, on the PATH "
    "(on Debian and Ubuntu: default-jdk-headless and maven)"
)
_NEEDS_GO: Final = "needs Go of version 1.24 or newer, on the PATH (from go.dev)"


class CannotRun(Exception):
    """Something can't be had or run here; the message says what to do."""


@contextmanager
def needed_in_ci() -> Iterator[None]:
    """Skip the test where something can't run, and say what to install; CI must have it."""
    try:
        yield
    except (CannotRun, MissingTool) as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))


def java(name: str) -> str:
    """Return the program that is to run ``name``; raises CannotRun."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin" if home else None)
    if found is None:
        raise CannotRun(f"{name} {_NEEDS_JAVA}")
    return found


def java_libraries(name: str, recipe: Path) -> Path:
    """Return the folder with the libraries that a pom.xml asks for; raises CannotRun."""

    def fill(folder: Path) -> None:
        maven = _program("mvn", f"{name} {_NEEDS_JAVA}")
        copy = ["dependency:copy-dependencies", f"-DoutputDirectory={folder}"]
        _run([maven, "--batch-mode", "--quiet", "--file", str(recipe), *copy], recipe.parent)

    return _folder(name, [recipe.read_bytes()], fill)


def python(name: str, requirements: Sequence[str]) -> str:
    """Return the Python of a virtual environment with these packages; raises CannotRun."""

    def fill(folder: Path) -> None:
        venv.create(folder, symlinks=True, with_pip=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        _run([*pip, *requirements], folder)

    made_from = [repr((*requirements, sys.version)).encode()]
    return str(_folder(name, made_from, fill) / "bin" / "python")


def go_program(name: str, source: Path) -> str:
    """Return the program that a folder with a go.mod builds; raises CannotRun."""

    def fill(folder: Path) -> None:
        go = _program("go", f"{name} {_NEEDS_GO}")
        _run([go, "build", "-trimpath", "-o", str(folder / name), "."], source)

    made_from = [file.read_bytes() for file in sorted(source.iterdir())]
    return str(_folder(name, made_from, fill) / name)


def _folder(name: str, made_from: Sequence[bytes], fill: Callable[[Path], None]) -> Path:
    digest = hashlib.sha256(b"\0".join(made_from)).hexdigest()[:16]
    folder = _CACHE / name / digest
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent) as fresh:
        filled = Path(fresh) / "filled"
        fill(filled)
        try:
            filled.rename(folder)
        except OSError:  # somebody else was quicker
            if not folder.is_dir():
                raise
    return folder


def _program(name: str, needs: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise CannotRun(needs)
    return found


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotRun(f"{command[0]} can't fetch it: {done.stdout[-1000:]}{done.stderr[-1000:]}")
