"""What an answer says, in terms that can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from chalicelib.kernel.errors import (
    AlreadyExists,
    IdempotencyKeyReused,
    NexusError,
    Rejected,
    VersionMismatch,
)
from chalicelib.services.consistency import decode_token

if TYPE_CHECKING:
    from chalicelib.services.command_handler import CommandResult

Answer: TypeAlias = "CommandResult | NexusError"


def described(answer: Answer) -> tuple[object, ...]:
    """Return what an answer says, in terms that can be compared."""
    if isinstance(answer, NexusError):
        return type(answer).__name__, _detail(answer)
    (mark,) = decode_token(answer.consistency_token)
    if answer.events:
        return ("committed", answer.command_id, answer.version, answer.events, mark)
    return ("nothing to do", answer.version, mark)


def _detail(error: NexusError) -> object:
    match error:
        case VersionMismatch():
            return error.actual
        case Rejected():
            return error.reason
        case AlreadyExists():
            return error.state
        case IdempotencyKeyReused():
            return error.key
        case _:
            return None
