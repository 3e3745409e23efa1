"""Recorded histories as files: ``{name}.json`` beside ``golden/{name}.json`` and ``notes.json``.

A history holds the commits as they were stored, so it's never edited. A golden file says what is
made of one; it changes together with the notes, where the reason stands with the file's SHA-256.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import simplejson

from chalicelib.adapters.pydantic.json import read_json
from chalicelib.kernel.commit import PackedCommit
from chalicelib.kernel.errors import InvalidInput, Misconfigured
from chalicelib.kernel.stream import StreamId
from chalicelib.services.governance.replay import History, TakenSnapshot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from chalicelib.kernel.commit import Header

_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NOTES: Final = "notes.json"


class Histories:
    """A folder of recorded histories. Raises Misconfigured, which names the file, for a bad one."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise Misconfigured(f"there is no folder {folder} with recorded histories")
        self.folder = folder

    def names(self) -> list[str]:
        """Return the names of the histories, sorted."""
        return sorted(file.stem for file in self.folder.glob("*.json") if file.name != _NOTES)

    def expected(self) -> set[str]:
        """Return the names of all that has ever been accepted."""
        return {note["golden"] for note in self._notes()}

    def get(self, name: str) -> History:
        """Return a history."""
        file = self._file(name)
        said = _read(file)
        try:
            stream = StreamId.parse(said["stream"])
            commits = tuple(_commit(stream, each) for each in said["commits"])
            taken = said.get("snapshot")
            history = History(name, said["about"], commits, taken and TakenSnapshot(**taken))
        except (KeyError, TypeError, ValueError, InvalidInput) as error:
            raise Misconfigured(f"{file} is no recorded history: {error!r}") from error
        if not commits:
            raise Misconfigured(f"{file} has no commits")
        return history

    def add(self, history: History, headers: Sequence[Header]) -> None:
        """Write a new history; the headers are those of its commits, told beside the bytes."""
        file = self._file(history.name)
        said: dict[str, Any] = {"about": history.about, "stream": str(history.stream)}
        pairs = zip(history.commits, headers, strict=True)
        said["commits"] = [_shown(commit, header) for commit, header in pairs]
        if history.snapshot is not None:
            said["snapshot"] = asdict(history.snapshot)
        try:
            with file.open("x", encoding="utf-8") as new:
                new.write(_text(said))
        except FileExistsError as error:
            raise Misconfigured(f"{file} is there already: a history is never changed") from error

    def golden(self, name: str) -> Any:
        """Return what was made of a history when its golden file was accepted, None if never."""
        file = self._golden(name)
        return _read(file) if file.exists() else None

    def is_noted(self, name: str) -> bool:
        """Tell whether the last note on a golden file is on what it holds now."""
        file = self._golden(name)
        noted = [note["sha256"] for note in self._notes() if note["golden"] == name]
        return noted[-1:] == [hashlib.sha256(file.read_bytes()).hexdigest()]

    def accept(self, name: str, golden: bytes, note: str) -> None:
        """Write a golden file (JSON), and the note why it is as it is now."""
        file = self._golden(name)
        file.parent.mkdir(exist_ok=True)
        file.write_text(_text(read_json(golden)), encoding="utf-8")
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        notes = [*self._notes(), {"golden": name, "sha256": digest, "note": note}]
        (self.folder / _NOTES).write_text(_text(notes), encoding="utf-8")

    def _notes(self) -> list[dict[str, str]]:
        file = self.folder / _NOTES
        return list(_read(file)) if file.exists() else []

    def _file(self, name: str) -> Path:
        if not _NAME.fullmatch(name) or f"{name}.json" == _NOTES:
            raise Misconfigured(f"{name!r} is no name of a history: words with hyphens are")
        return self.folder / f"{name}.json"

    def _golden(self, name: str) -> Path:
        return self.folder / "golden" / self._file(name).name


def _commit(stream: StreamId, said: dict[str, Any]) -> PackedCommit:
    return PackedCommit(
        stream,
        said["version"],
        len(said["events"]),
        b64decode(said["header"], validate=True),
        b64decode(said["body"], validate=True),
        bytes.fromhex(said["hash"]),
    )


def _shown(commit: PackedCommit, header: Header) -> dict[str, Any]:
    return {
        "version": commit.version,
        "command": header.command_type,
        "events": [f"{event.schema.type} v{event.schema.version}" for event in header.events],
        "header": b64encode(commit.header).decode(),
        "body": b64encode(commit.body).decode(),
        "hash": commit.hash.hex(),
    }


def _read(file: Path) -> Any:
    try:
        return read_json(file.read_bytes())
    except (OSError, InvalidInput) as error:
        raise Misconfigured(f"{file} can't be read: {error}") from error


def _text(value: object) -> str:
    text = simplejson.dumps(value, indent=2, use_decimal=True, ensure_ascii=False)
    return f"{text}\n"
