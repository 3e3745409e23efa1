"""A bit that is another one than was written, on the disk."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING, Final

from chalicelib.cli.demo.stage import ORDER
from chalicelib.cli.demo.step import Attempt, Step
from chalicelib.cli.demo.system import ROOT, environment, python
from chalicelib.services.event_store import commit_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chalicelib.cli.demo.stage import Stage

_PLACE: Final = f"{ORDER}@1"


def _attempts(stage: Stage) -> Iterator[Attempt]:
    copy = _copied(stage.data, stage.scratch / "copy")
    found = _verified(copy)
    told = "; ".join(found) or "All is as it was written."
    yield Attempt("nexus verify, a copy of the data folder", told, not found, harmless=True)
    with stage.write_ports() as ports:
        body = commit_at(ports.events, ORDER, 1).body
    offset = _flip(copy / stage.log.name, body)
    found = _verified(copy)
    told = "; ".join(found) or "All is as it was written."
    named = any(each.startswith(_PLACE) for each in found)
    yield Attempt(
        f"nexus verify, bit 0 of byte {offset:,} of {stage.log.name} flipped", told, named
    )


def _copied(data: Path, folder: Path) -> Path:
    """Copy the databases as they are at this moment, while the system runs."""
    folder.mkdir()
    for file in sorted(data.glob("*.db")):
        with (
            closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as original,
            closing(sqlite3.connect(folder / file.name)) as copy,
        ):
            original.backup(copy)
    return folder


def _flip(file: Path, body: bytes) -> int:
    """Flip a bit in the middle of a stored body, and return where it is in the file."""
    raw = bytearray(file.read_bytes())
    offset = raw.index(body) + len(body) // 2
    raw[offset] ^= 1
    file.write_bytes(raw)
    return offset


def _verified(data: Path) -> list[str]:
    """Return what ``nexus verify`` finds wrong; raises CalledProcessError if it can't be asked."""
    done = subprocess.run(  # noqa: S603 - its own code, by its own interpreter
        python("chalicelib.cli", "verify", "--json"),
        cwd=ROOT,
        env=environment(data),
        capture_output=True,
        check=False,
    )
    if done.returncode > 1:
        done.check_returncode()
    return [f"{each['place']} {each['message']}" for each in json.loads(done.stdout)["findings"]]


FLIPPED_BIT: Final = Step(
    name="flipped-bit",
    title="A flipped bit",
    tries="A disk errs, or someone gets past SQL: one bit of the order differs in a copy.",
    stopped_by="the hash chain, which names the stream and the version",
    attempts=_attempts,
)
