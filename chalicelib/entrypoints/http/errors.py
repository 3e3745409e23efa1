"""What HTTP itself, or the limits of this edge, rule out before anything is asked of the system.

HttpError
├── MalformedRequest       it is no HTTP, or says two things at once
├── NoSuchRoute            there is nothing at this path
├── MethodNotAllowed       the path is known, but not with this method
├── RequestTimeout         the client took too long to send it
├── LengthRequired         the body comes in chunks
├── BodyTooLarge           the body is above the limit
├── TargetTooLong          so is the request line
├── MisdirectedRequest     it is for another host
├── UnsupportedMediaType   the body says that it is no JSON
├── HeadersTooLarge        a header line is too long, or there are too many
└── Unwell                 the system says so of itself
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.kernel.errors import NexusError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class HttpError(NexusError):
    """The root of the tree; ``str(error)`` is a sentence for the caller, as everywhere."""


class MalformedRequest(HttpError):
    """It is no HTTP, or says two things at once."""


class NoSuchRoute(HttpError):
    """There is nothing at this path."""


class MethodNotAllowed(HttpError):
    """The path is known, but not with this method; ``allowed`` are those it knows."""

    def __init__(self, method: str, allowed: Iterable[str]) -> None:
        self.allowed = tuple(sorted(allowed))
        others = f"{' and '.join(self.allowed)} {'are' if len(self.allowed) > 1 else 'is'}"
        super().__init__(f"{method[:50]} is not possible here; {others}")


class MisdirectedRequest(HttpError):
    """It is for another host."""


class RequestTimeout(HttpError):
    """The client took too long to send it."""


class LengthRequired(HttpError):
    """The body comes in chunks."""


class BodyTooLarge(HttpError):
    """The body is above the limit, in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the body may have at most {limit} bytes")


class TargetTooLong(HttpError):
    """The request line is above the limit."""


class UnsupportedMediaType(HttpError):
    """The body says that it is no JSON."""


class HeadersTooLarge(HttpError):
    """A header line is too long, or there are too many."""


class Unwell(HttpError):
    """The system says so of itself; ``health`` is what it says."""

    def __init__(self, health: Mapping[str, object]) -> None:
        super().__init__("some part of the system does not work; `health` says which")
        self.health = health
