"""The peers and their environments: installed once from their registries, then cached."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from tests.support.fetching import ROOT, python

_CACHE: Final = ROOT / ".cache" / "bench"
_PEERS: Final = Path(__file__).parent / "peers"


class CannotInstall(Exception):
    """A peer can't be had here; the message says what it takes."""


class Environment(Protocol):
    """What a store runs in."""

    def command(self) -> tuple[list[str], Path]:
        """Return what starts it and in which folder; raises CannotInstall or CannotRun."""


@dataclass(frozen=True, slots=True)
class Here:
    """The project's own environment."""

    module: str

    def command(self) -> tuple[list[str], Path]:
        return [sys.executable, "-m", self.module], ROOT


@dataclass(frozen=True, slots=True)
class PythonPackages:
    """A virtual environment with these requirements, as pip has them."""

    module: str
    requirements: tuple[str, ...]

    def command(self) -> tuple[list[str], Path]:
        return [python("bench", self.requirements), "-m", self.module], ROOT


@dataclass(frozen=True, slots=True)
class NodePackages:
    """A folder with these packages, as npm has them."""

    script: str
    packages: tuple[str, ...]

    def command(self) -> tuple[list[str], Path]:
        node, npm = shutil.which("node"), shutil.which("npm")
        if node is None or npm is None:
            raise CannotInstall("it needs Node.js 20 or newer, with npm")
        folder = _folder("node", *self.packages)
        if not (folder / "installed").exists():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "package.json").write_text(json.dumps({"private": True}))
            install = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock"]
            _run([*install, *self.packages], folder)
            (folder / "installed").touch()
        return [node, str(_PEERS / self.script)], folder


@dataclass(frozen=True, slots=True)
class Peer:
    """An event store that is measured."""

    name: str
    version: str
    environment: Environment


AETT: Final = Peer(
    "aett",
    "3.4.1",
    PythonPackages("tests.bench.peers.aett", ("aett==3.4.1", "boto3>=1.40,<2")),
)
CASTORE: Final = Peer(
    "castore",
    "2.4.2",
    NodePackages(
        "castore.mjs",
        (
            "@castore/core@2.4.2",
            "@castore/event-storage-adapter-dynamodb@2.4.2",
            "@aws-sdk/client-dynamodb@3",
        ),
    ),
)
EVENTSOURCING: Final = Peer(
    "eventsourcing-dynamodb",
    "0.1.0",
    PythonPackages(
        "tests.bench.peers.eventsourcing_dynamodb",
        ("eventsourcing-dynamodb==0.1.0", "boto3>=1.40,<2"),
    ),
)
NEXUS: Final = Peer("Nexus", "", Here("tests.bench.peers.nexus"))
PEERS: Final = (NEXUS, CASTORE, EVENTSOURCING, AETT)


def _folder(kind: str, *made_from: str) -> Path:
    return _CACHE / f"{kind}-{hashlib.sha256(repr(made_from).encode()).hexdigest()[:16]}"


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotInstall(f"{command[0]} could not install it: {done.stderr[-1000:]}")
