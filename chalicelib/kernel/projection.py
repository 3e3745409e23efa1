"""A projection, declared: which events it follows and what each makes of a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.kernel.commit import Path, RecordedEvent

D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Projection(Generic[D]):
    """One document for each source stream, folded from the stream's events on the declared paths.

    ``apply`` is pure and takes None where there is no document yet; None back means none any more.
    A total is never counted up: each stream contributes its document, and a query sums them.
    """

    name: str
    version: int
    source: str
    """The aggregate whose streams it follows."""
    paths: frozenset[Path]
    document: type[D]
    apply: Callable[[D | None, RecordedEvent], D | None]

    @property
    def index(self) -> str:
        """The name of its read model and of its consumer: a new version fills a new one."""
        return f"{self.name}-v{self.version}"
