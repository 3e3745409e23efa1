"""What ``nexus doctor`` looks at."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import sqlite3
import sys
from contextlib import closing, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.tools.programs import INSTALLED
from chalicelib.cli.remote import get
from chalicelib.kernel.errors import NexusError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOST: Final = "127.0.0.1"
PATIENCE: Final = 5.0
"""Seconds that whoever has the port may take to say what it is."""
OLDEST_PYTHON: Final = (3, 11)
OLDEST_SQLITE: Final = (3, 38, 0)
"""The first with JSON functions in every build."""
PACKAGES: Final = (
    "boto3",
    "chalice",
    "fastavro",
    "jsonschema",
    "pydantic",
    "regorus",
    "simplejson",
)
TOOLS: Final = {
    "make": "for all make targets: install it with your system's packages",
    "curl": "to try the examples: install it with your system's packages",
    "opa": "to test policies: make tools, with Go from go.dev",
    "conftest": "to gate plans and schemas: make tools, with Go from go.dev",
    "checkov": "to gate Terraform: make tools",
    "terraform": "to plan and deploy: 1.11 or newer, from developer.hashicorp.com/terraform",
    "java": "for DynamoDB Local and OpenSearch in tests: a JDK 17, as from adoptium.net",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing: whether it's as it should be, what was found, and what to do if it isn't."""

    name: str
    ok: bool
    found: str
    advice: str = ""
    needed: bool = True


def checks(data: Path, port: int, path: str) -> Iterator[Check]:
    """Look at everything; ``path`` is where tools are searched that make has not installed."""
    yield _python()
    yield _sqlite()
    yield _packages()
    yield _counted("schemas", _schemas)
    yield _counted("policies", _policies)
    yield _data(data)
    yield _port(port)
    for name, advice in TOOLS.items():
        where = shutil.which(name, path=os.pathsep.join((str(INSTALLED), path)))
        yield Check(
            name, where is not None, where or "not here", "" if where else advice, needed=False
        )


def _python() -> Check:
    ok = sys.version_info >= OLDEST_PYTHON
    found = f"{platform.python_version()} in {sys.executable}"
    return Check("Python", ok, found, "" if ok else "Nexus needs Python 3.11 or newer")


def _sqlite() -> Check:
    ok = sqlite3.sqlite_version_info >= OLDEST_SQLITE
    advice = "Nexus needs SQLite 3.38 or newer: take a Python that was built with it"
    return Check("SQLite", ok, sqlite3.sqlite_version, "" if ok else advice)


def _packages() -> Check:
    missing = ", ".join(name for name in PACKAGES if find_spec(name) is None)
    found, advice = (f"no {missing}", "make setup installs them") if missing else ("all", "")
    return Check("packages", not missing, found, advice)


def _counted(name: str, count: Callable[[], str]) -> Check:
    try:
        return Check(name, ok=True, found=count())
    except NexusError as error:
        return Check(name, ok=False, found=str(error), advice="run it from a whole checkout")
    except ImportError as error:
        return Check(name, ok=False, found=str(error), advice="make setup installs what is missing")


def _schemas() -> str:
    from chalicelib.adapters.avro.registry import FileSchemaRegistry
    from chalicelib.wiring.resources import resource

    folder = resource("schemas/avro")
    return f"{len(FileSchemaRegistry(folder).types())} events in {folder}"


def _policies() -> str:
    from chalicelib.adapters.rego.engine import RegoPolicyEngine
    from chalicelib.wiring.resources import resource

    folder = resource("policies/rego")
    return f"bundle {RegoPolicyEngine(folder).digest[:12]} in {folder}"


def _data(folder: Path) -> Check:
    if not folder.exists():
        parent = next(each for each in folder.absolute().parents if each.exists())
        ok = os.access(parent, os.W_OK | os.X_OK)
        advice = "" if ok else f"{parent} can't be written: choose another with --data"
        return Check("data folder", ok, f"{folder} is not there yet; it will be made", advice)
    if not (folder.is_dir() and os.access(folder, os.R_OK | os.W_OK | os.X_OK)):
        advice = "choose another with --data, or change its permissions"
        return Check("data folder", ok=False, found=f"{folder} can't be written", advice=advice)
    process = holder(folder)
    state = f"process {process} runs on it" if process else "nobody runs on it"
    return Check("data folder", ok=True, found=f"{folder}: {_size(folder):,} bytes, {state}")


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())


def holder(folder: Path) -> int | None:
    """Return the process that has locked a data folder, without locking it oneself."""
    file = folder / "lock"
    try:
        process = int(file.read_text())
        with suppress(PermissionError):  # it is there, and somebody else's
            os.kill(process, 0)  # signal 0 only asks whether it is there
        return process if _locked(file.stat().st_ino) else None
    except (OSError, ValueError, OverflowError):
        return None


def _locked(inode: int) -> bool:
    """Tell whether the system knows a lock on that file; where it doesn't tell, there may be."""
    try:
        locks = Path("/proc/locks").read_text().split("\n")
    except OSError:
        return True
    return any(f":{inode} " in line for line in locks if " FLOCK " in line)


def _port(port: int) -> Check:
    if port == 0 or _free(port):
        return Check("port", ok=True, found=f"{port} is free" if port else "any that is free")
    try:
        status = get(f"http://{HOST}:{port}", "/health", timeout=PATIENCE)["status"]
    except (NexusError, LookupError, TypeError):
        advice = "stop it, or choose another port: nexus run --port 8080"
        return Check("port", ok=False, found=f"another program has {port}", advice=advice)
    return Check("port", ok=True, found=f"a Nexus serves {port}, and is {status}")


def _free(port: int) -> bool:
    with closing(socket.socket()) as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
        try:
            taken.bind((HOST, port))
        except OSError:
            return False
    return True
