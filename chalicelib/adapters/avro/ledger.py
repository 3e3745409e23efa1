"""The ledger of released schemas: what was released stays as it was, for ever.

``schemas/released.json`` has an entry for each: type, version, and the SHA-256 of the schema as
canonical JSON, so that reformatting a file changes nothing. Entries are added, never rewritten.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.avro.definitions import digest_of
from chalicelib.adapters.ledgers import write_entries
from chalicelib.kernel.errors import Misconfigured

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One schema, an event's or the platform's own; the digest is hex."""

    type: str
    version: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.type} v{self.version}"

    @property
    def file(self) -> str:
        """Where it lies in the folder of schemas."""
        return f"{self.type.replace('.', '/')}/v{self.version}.avsc"


@dataclass(frozen=True, slots=True)
class Ledger:
    """The released entries, beside those of the files that there are."""

    file: Path
    released: tuple[Entry, ...]
    present: tuple[Entry, ...]

    @classmethod
    def of(cls, schemas: Path) -> Ledger:
        """Read both; ``schemas`` is as schemas/avro, the ledger lies beside it.

        Raises Misconfigured, which names the file.
        """
        file = schemas.parent / "released.json"
        return cls(file, _released(file), tuple(sorted(_present(schemas))))

    def edited(self) -> list[Entry]:
        """Return the released ones whose file says something else now."""
        there = {(each.type, each.version): each.sha256 for each in self.present}
        return [
            each
            for each in self.released
            if there.get((each.type, each.version), each.sha256) != each.sha256
        ]

    def removed(self) -> list[Entry]:
        """Return the released ones whose file is gone."""
        there = {(each.type, each.version) for each in self.present}
        return [each for each in self.released if (each.type, each.version) not in there]

    def unreleased(self) -> list[Entry]:
        """Return the files that have not been released, in the order of types and versions."""
        known = {(each.type, each.version) for each in self.released}
        return [each for each in self.present if (each.type, each.version) not in known]

    def release(self) -> list[Entry]:
        """Add what is unreleased to the ledger, and return it.

        Raises Misconfigured if what was released before is no longer as it was.
        """
        if wrong := [*self.edited(), *self.removed()]:
            names = ", ".join(map(str, wrong))
            raise Misconfigured(f"{names}: released, and changed since; put back what was released")
        added = self.unreleased()
        if added:
            write_entries(self.file, map(_record, (*self.released, *added)))
        return added


def _released(file: Path) -> tuple[Entry, ...]:
    if not file.exists():
        return ()
    try:
        entries = [Entry(each["type"], each["version"], each["sha256"]) for each in _read(file)]
    except (KeyError, TypeError) as error:
        raise Misconfigured(f"{file} is no ledger of schemas: {error!r}") from error
    if len({(each.type, each.version) for each in entries}) < len(entries):
        raise Misconfigured(f"{file} has a schema twice: a released one never changes")
    return tuple(entries)


def _present(schemas: Path) -> Iterable[Entry]:
    for file in schemas.glob("*/*/v*.avsc"):
        context, event, version = file.relative_to(schemas).with_suffix("").parts
        number = version.removeprefix("v")
        if number.isdecimal():
            yield Entry(f"{context}.{event}", int(number), digest_of(_read(file)).hex())


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise Misconfigured(f"{file} can't be read: {error}") from error


def _record(entry: Entry) -> dict[str, object]:
    return {"type": entry.type, "version": entry.version, "sha256": entry.sha256}
