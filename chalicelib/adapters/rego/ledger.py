"""The ledger of released bundles: what decided once can decide again, and is known for ever.

``policies/released.json`` has an entry for each: a number, in the order of release, and the digest
that commits bear. The rules and data themselves are kept in ``policies/released/{digest}``, where
they are a bundle like any other. Entries are added, never rewritten.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.adapters.ledgers import write_entries
from chalicelib.adapters.rego.bundle import read_bundle, read_files
from chalicelib.kernel.errors import Misconfigured

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Release:
    """One bundle that was released, as the so many-th; the digest is hex."""

    version: int
    sha256: str

    def __str__(self) -> str:
        return f"bundle {self.version} ({self.sha256[:12]})"


@dataclass(frozen=True, slots=True)
class PolicyLedger:
    """The released bundles, beside the present one; ``policies`` is the folder of all."""

    policies: Path
    released: tuple[Release, ...]
    present: str
    """The digest (hex) of the bundle that decides here and now."""

    @classmethod
    def of(cls, policies: Path) -> PolicyLedger:
        """Read the ledger and the present bundle; raises Misconfigured, which says what is wrong.

        The contents that are kept are not read: ``edited`` does.
        """
        present = read_bundle(policies / "rego").digest
        return cls(policies, _released(policies / "released.json"), present)

    @property
    def digests(self) -> frozenset[str]:
        """All digests that were released, in hex."""
        return frozenset(each.sha256 for each in self.released)

    def is_released(self) -> bool:
        """Tell whether the present bundle is in the ledger."""
        return self.present in self.digests

    def folder(self, digest: str) -> Path:
        """Return where the contents of a released bundle are kept."""
        return self.policies / "released" / digest

    def edited(self) -> list[Release]:
        """Return the released ones that are not kept as they were: edited, or gone."""
        return [each for each in self.released if self._kept(each) != each.sha256]

    def strays(self) -> list[str]:
        """Return the names of what is kept, and is in no entry: one was removed, or edited."""
        kept = (each.name for each in self.folder("").glob("*") if any(each.rglob("*.rego")))
        return sorted(set(kept) - self.digests)

    def release(self) -> Release | None:
        """Keep the present bundle and enter it; None if that was done before.

        Raises Misconfigured if what was released before is no longer as it was.
        """
        if wrong := self.edited():
            names = ", ".join(map(str, wrong))
            message = f"{names}: released, and changed since; put back what was released"
            raise Misconfigured(message)
        if self.is_released():
            return None
        added = Release(len(self.released) + 1, self.present)
        for path, content in read_files(self.policies / "rego").items():
            kept = self.folder(added.sha256) / path
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(content)
        write_entries(self.policies / "released.json", map(_record, (*self.released, added)))
        return added

    def _kept(self, release: Release) -> str | None:
        try:
            return read_bundle(self.folder(release.sha256)).digest
        except Misconfigured:
            return None


def _released(file: Path) -> tuple[Release, ...]:
    if not file.exists():
        return ()
    try:
        entries = json.loads(file.read_bytes())
        releases = tuple(Release(each["version"], each["sha256"]) for each in entries)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Misconfigured(f"{file} is no ledger of policies: {error!r}") from error
    numbers = [each.version for each in releases]
    if numbers != list(range(1, len(numbers) + 1)):
        raise Misconfigured(f"{file} is not numbered from 1 on: an entry was changed or removed")
    if len({each.sha256 for each in releases}) < len(releases):
        raise Misconfigured(f"{file} has a bundle twice: it is released once")
    return releases


def _record(release: Release) -> dict[str, object]:
    return {"version": release.version, "sha256": release.sha256}
