"""Places: where a projection writes, and what its indexes are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from chalicelib.services.dead_letters import DeadLetters
from chalicelib.services.documents import stored_types
from chalicelib.services.positions import Positions
from chalicelib.services.read_models import Indexes, ReadModels

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from chalicelib.kernel.projection import Projection
    from chalicelib.kernel.stream import StreamId

_INDEX: Final = re.compile(r"(?P<name>.+)-v(?P<version>[0-9]+)(?:-r(?P<number>[0-9]+))?")


class Clearable(Protocol):
    """Where consumers write, each under its name. Raises Unavailable if it could not be done."""

    def clear(self, consumer: str) -> None:
        """Forget all that a consumer has."""


class ClearablePositions(Clearable, Positions, Protocol):
    """Positions that can be forgotten, and compared."""

    def behind(self, consumer: str, other: str) -> Mapping[StreamId, int]:
        """Return where a consumer is behind another without being parked: the other's versions."""


class ClearableLetters(Clearable, DeadLetters, Protocol):
    """Dead letters that can be forgotten."""


class IndexedReadModels(ReadModels, Indexes, Protocol):
    """Read models whose indexes can be made and dropped."""


@dataclass(frozen=True, slots=True)
class Places:
    """What a projection writes: its documents, its positions with their marks, its letters."""

    read_models: IndexedReadModels
    positions: ClearablePositions
    letters: ClearableLetters

    def make(self, index: str, projection: Projection[Any]) -> bool:
        """Make an index and forget what its consumer has; false if it is there already."""
        if not self.read_models.create(index, stored_types(projection.document)):
            return False
        self.letters.clear(index)
        self.positions.clear(index)
        return True

    def has(self, index: str, projection: Projection[Any]) -> bool:
        """Tell whether an index is there, with whatever it holds."""
        return self.read_models.exists(index, stored_types(projection.document))

    def drop(self, index: str) -> None:
        """Forget an index, and all that its consumer has."""
        self.letters.clear(index)
        self.positions.clear(index)
        self.read_models.drop(index)

    def strays(self, name: str, kept: Collection[str]) -> set[str]:
        """Return the indexes of a projection that have letters, and are not among those kept."""
        consumers = {letter.consumer for letter in self.letters.all()}
        return {each for each in consumers - set(kept) if is_index_of(name, each)}


def is_index_of(name: str, text: str) -> bool:
    """Tell whether a text is the name of an index of a projection."""
    found = _INDEX.fullmatch(text)
    return found is not None and found["name"] == name


def version_of(index: str) -> int:
    """Return the version of the projection that an index is of; 0 for what is no index."""
    found = _INDEX.fullmatch(index)
    return int(found["version"]) if found else 0


def index_after(projection: Projection[Any], last: str | None, taken: Collection[str]) -> str:
    """Return a name for the next index, which none had that is remembered."""
    found = _INDEX.fullmatch(last) if last and version_of(last) == projection.version else None
    number = int(found["number"] or 1) + 1 if found else 1
    while (name := _named(projection.index, number)) in taken:
        number += 1
    return name


def _named(index: str, number: int) -> str:
    return index if number == 1 else f"{index}-r{number}"
