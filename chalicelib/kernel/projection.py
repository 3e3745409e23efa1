"""A projection, declared: which events it follows and what each makes of a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.kernel.commit import Path, RecordedEvent
    from chalicelib.kernel.stream import StreamId

D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Projection(Generic[D]):
    """One document for each source stream, folded from the stream's events on the declared paths.

    ``apply`` is pure and takes None where there is no document yet; None back means none any more.
    A total is never counted up: each stream contributes its document, and a query sums them. So
    what comes of several streams, even of several aggregates, counts each of them once, in whatever
    order they arrive.
    """

    name: str
    version: int
    sources: tuple[str, ...]
    """The aggregates whose streams it follows."""
    paths: frozenset[Path]
    document: type[D]
    apply: Callable[[D | None, RecordedEvent], D | None]
    supersedes: Projection[Any] | None = None
    """The version before, which goes on answering until this one is filled."""

    @property
    def index(self) -> str:
        """The name of its first read model, and of its consumer."""
        return f"{self.name}-v{self.version}"

    def key(self, stream: StreamId) -> str:
        """Return the id of the document that a stream contributes."""
        return stream.id if len(self.sources) == 1 else f"{stream.aggregate}.{stream.id}"

    def versions(self) -> Iterator[Projection[Any]]:
        """Yield this one and those that it supersedes, newest first."""
        yield self
        if self.supersedes is not None:
            yield from self.supersedes.versions()
