"""The bundle: the files that decide at run time, and their digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from chalicelib.kernel.errors import Misconfigured

FOLDERS: Final = ("commands", "events", "lib")


@dataclass(frozen=True, slots=True)
class Bundle:
    """What an engine loads.

    ``rules``: Rego by path, relative to the bundle, as ``commands/roles.rego``. ``data``: JSON
    documents, each rooted by its folder as OPA does it. ``digest``: SHA-256 of all of it, in hex.
    """

    rules: Mapping[str, str]
    data: tuple[str, ...]
    digest: str


def read_bundle(folder: Path, names: Iterable[str] = FOLDERS) -> Bundle:
    """Read the rules and data of the folders with these names under a folder, without tests.

    Raises Misconfigured when there is no rule, or a file can't be read as what its name says.
    """
    try:
        files = read_files(folder, names)
        rules = {path: files[path].decode() for path in files if path.endswith(".rego")}
        data = tuple(_rooted(path, files[path]) for path in files if path.endswith(".json"))
    except (OSError, ValueError) as error:
        raise Misconfigured(f"the policies can't be read: {error}") from error
    if not rules:
        raise Misconfigured(f"there are no policies in {folder}")
    return Bundle(rules, data, digest_of(files))


def read_files(folder: Path, names: Iterable[str] = FOLDERS) -> dict[str, bytes]:
    """Return what a bundle consists of, by path; raises OSError."""
    files = _files(folder, names)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256, in hex, over the sorted paths and contents.

    Each is preceded by its length (8 bytes, big-endian), so that no byte can change places.
    """
    digest = hashlib.sha256()
    for path, content in sorted(files.items()):
        for part in (path.encode(), content):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()


def _files(folder: Path, names: Iterable[str]) -> list[Path]:
    found = (path for name in names for path in (folder / name).rglob("*") if path.is_file())
    return sorted(path for path in found if _decides(path.name))


def _decides(name: str) -> bool:
    return name == "data.json" or (name.endswith(".rego") and not name.endswith("_test.rego"))


def _rooted(path: str, content: bytes) -> str:
    document: object = json.loads(content)
    for folder in reversed(PurePosixPath(path).parent.parts):
        document = {folder: document}
    return json.dumps(document, allow_nan=False)
