"""Every error that Nexus raises on purpose.

NexusError
├── InvalidInput              malformed or out of bounds; names each place
├── Unauthenticated           nobody that we know
├── Forbidden                 a policy said no; carries its reasons
├── Refusal                   a decision reached on the state of a stream
│   ├── NotFound              nothing has happened there yet
│   ├── AlreadyExists         it happened before; carries the present state
│   ├── Rejected              a business rule said no; carries its reason
│   ├── VersionMismatch       the caller expected another version
│   └── IdempotencyKeyReused  the key was used with other input
├── VersionConflict           another commit took the version
├── CommitTooLarge            packed, the commit is above the store's limit
├── SchemaViolation           an event that its registered schema does not allow, or without one
├── CorruptStream             a gap, a broken hash chain, an undecodable commit
├── NotYetVisible             the read model has not reached the caller's write
├── BeingBuilt                the read model is being filled for the first time
├── Parked                    the stream stopped at a record that could not be applied
├── DamagedReadModel          a document of it can't be read, until it is made again
├── Unavailable               a dependency did not answer; the outcome may be unknown
│   ├── Stopping              the process ends, and begins no command more
│   └── TooManyRequests       a limit was reached; carries when to come back
└── Misconfigured             settings or files that can't work; found at start
    ├── MissingTool           a program that a check needs is not installed; says what to install
    └── ToolFailed            a program could not do its work: it crashed, hung, or told nonsense

What they mean in HTTP is decided at the edge, nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.kernel.commit import PackedCommit


class NexusError(Exception):
    """The root of the tree; ``str(error)`` is a sentence for the caller."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input: where (a JSON pointer, or a name) and what."""

    pointer: str
    message: str


class InvalidInput(NexusError):
    """Malformed or out of bounds."""

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)


class Unauthenticated(NexusError):
    """Nobody that we know."""


class Forbidden(NexusError):
    """A policy said no."""

    def __init__(self, message: str, reasons: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.reasons = tuple(reasons)


class Refusal(NexusError):
    """A decision reached on the state of a stream; only a strong read may answer it."""


class NotFound(Refusal):
    """Nothing has happened there yet."""


class AlreadyExists(Refusal):
    """It happened before."""

    def __init__(self, message: str, state: object = None) -> None:
        super().__init__(message)
        self.state = state


class Rejected(Refusal):
    """A business rule said no; ``reason`` is its kebab-case name."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class VersionMismatch(Refusal):
    """The caller expected another version of the stream."""

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(f"{stream} is at version {actual}, not at the expected {expected}")
        self.expected = expected
        self.actual = actual


class IdempotencyKeyReused(Refusal):
    """The idempotency key was used with other input."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the idempotency key {key} was used before with other input")
        self.key = key


class VersionConflict(NexusError):
    """Another commit took the version.

    ``rivals`` are the commits found there, strongly read from that version on, if the store read
    them to be sure; there may be more behind them.
    """

    def __init__(self, stream: str, version: int, rivals: Sequence[PackedCommit] = ()) -> None:
        super().__init__(f"another command was first to write version {version} of {stream}")
        self.version = version
        self.rivals = rivals


class CommitTooLarge(NexusError):
    """Packed, the commit is above the store's limit."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"the events of this command take {size} bytes packed; {limit} is the limit"
        )
        self.size = size
        self.limit = limit


class SchemaViolation(NexusError):
    """An event that its registered schema does not allow, or without one."""


class CorruptStream(NexusError):
    """A gap, a broken hash chain, an undecodable commit."""


class NotYetVisible(NexusError):
    """The read model has not reached the caller's write."""

    def __init__(self, stream: str, have: int, want: int) -> None:
        super().__init__(f"{stream} is visible up to version {have}, not yet {want}")
        self.stream = stream
        self.have = have
        self.want = want


class BeingBuilt(NexusError):
    """The read model is being filled for the first time, and shows nothing before it is whole."""

    def __init__(self, projection: str, *, failed: bool = False) -> None:
        fault = "; that has failed, and an operator has to rebuild it" if failed else ""
        super().__init__(f"the read model {projection} is being built{fault}")


class Parked(NexusError):
    """The stream stopped at a record that could not be applied."""

    def __init__(self, stream: str, reason: str) -> None:
        super().__init__(f"{stream} has stopped in this read model: {reason}")
        self.stream = stream
        self.reason = reason


class DamagedReadModel(NexusError):
    """A document of it can't be read, until it is made again."""


class Unavailable(NexusError):
    """A dependency did not answer; the outcome may be unknown."""


class Stopping(Unavailable):
    """The process ends, and begins no command more; nothing was stored."""


class TooManyRequests(Unavailable):
    """A limit was reached: the caller's own, or what a dependency takes; nothing is broken."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds."""


class Misconfigured(NexusError):
    """Settings or files that can't work; found at start."""


class MissingTool(Misconfigured):
    """A program that a check needs is not installed; the message says what to install."""


class ToolFailed(Misconfigured):
    """A program could not do its work: it crashed, hung, or told nonsense."""
