"""The ports of a consumer's process, which may end at any write; and what was acknowledged."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.integration.opensearch_faults.weather import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.adapters.opensearch.read_models import OpenSearchReadModels
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.places import ClearablePositions
    from chalicelib.services.read_models import Document
    from tests.simulation.weather import Weather


class Killed(BaseException):
    """The end of a process. No Exception, so no service takes it for a failure to handle."""


@dataclass
class Book:
    """How far each index has come in each stream, as was acknowledged to its consumer."""

    reached: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))

    def note(self, index: str, versions: Mapping[StreamId, int]) -> None:
        """Note what has advanced."""
        known = self.reached[index]
        for stream, version in versions.items():
            known[stream.id] = max(version, known.get(stream.id, 0))

    def of(self, index: str) -> dict[str, int]:
        """Return how far an index has come by now, by stream."""
        return dict(self.reached[index])


class MortalReadModels:
    """Passes everything on to the present process's read models; a put may be the end of it."""

    def __init__(self, read_models: OpenSearchReadModels, weather: Weather) -> None:
        self.present = read_models
        self._weather = weather

    def __getattr__(self, name: str) -> Any:
        return getattr(self.present, name)

    def put(self, index: str, documents: Sequence[Document], *, visible: bool = True) -> None:
        """Put, or end."""
        if documents and self._weather.strikes(Kind.CRASH_BEFORE_PUT, "consumer"):
            raise Killed
        self.present.put(index, documents, visible=visible)
        if documents and self._weather.strikes(Kind.CRASH_AFTER_PUT, "consumer"):
            raise Killed


class MortalPositions:
    """Passes everything on; what has advanced is noted, or is the end."""

    def __init__(self, positions: ClearablePositions, book: Book, weather: Weather) -> None:
        self._positions = positions
        self._book = book
        self._weather = weather

    def __getattr__(self, name: str) -> Any:
        return getattr(self._positions, name)

    def clear(self, consumer: str) -> None:
        """Forget what a consumer has."""
        self._book.reached.pop(consumer, None)
        self._positions.clear(consumer)

    def advance(self, consumer: str, versions: Mapping[StreamId, int]) -> None:
        """Advance, note it, and perhaps end."""
        self._positions.advance(consumer, versions)
        self._book.note(consumer, versions)
        if versions and self._weather.strikes(Kind.CRASH_AFTER_ADVANCE, "consumer"):
            raise Killed
