"""What each error means in HTTP, and to people: the one place that knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.entrypoints.http.http_problems import HTTP_PROBLEMS
from chalicelib.entrypoints.http.problem import Problem
from chalicelib.kernel import errors

if TYPE_CHECKING:
    from collections.abc import Mapping


PROBLEMS: Final[Mapping[type[Exception], Problem]] = {
    errors.InvalidInput: Problem(
        "invalid-input",
        "The input is not valid",
        400,
        "Some part of the request is malformed or out of bounds: the body, a parameter, a header "
        "or an id in the path. Nothing was done.",
        "`errors` names each place, by JSON pointer or name, and what is wrong there. Correct it "
        "and send the request again.",
    ),
    errors.Unauthenticated: Problem(
        "unauthenticated",
        "We don't know who you are",
        401,
        "This system wants a token with each request, and there was none, or none that is valid.",
        "Send `Authorization: Bearer` and a token that has not expired.",
    ),
    errors.Forbidden: Problem(
        "forbidden",
        "A policy forbids it",
        403,
        "The policies that govern this system do not allow you to do that. Nothing was stored.",
        "`reasons` says which rules refuse it. Ask for a role that may, or have the policy changed "
        "in review; the same request will be refused again.",
    ),
    errors.NotFound: Problem(
        "not-found",
        "There is no such thing",
        404,
        "Nothing has happened yet to the thing with this id; or there is no command of this name.",
        "Check the id. If you have just written it, send the `consistencyToken` of your command "
        "as `Nexus-Consistency`, and the query waits until it shows the write.",
    ),
    errors.AlreadyExists: Problem(
        "already-exists",
        "It exists already",
        409,
        "What the command would begin has begun before, by another command.",
        "`state` is what there is now. If it is what you wanted, go on; otherwise take another id. "
        "To repeat a command safely, send the same `Idempotency-Key` each time.",
    ),
    errors.VersionConflict: Problem(
        "version-conflict",
        "Another command was faster",
        409,
        "Other commands changed the same stream at the same time, several times over. This command "
        "changed nothing.",
        "Send it again, after a short pause.",
    ),
    errors.VersionMismatch: Problem(
        "version-mismatch",
        "The version is another",
        412,
        "`If-Match` named a version that the stream does not have. Nothing was stored.",
        "`have` is the version that there is. Read the thing again, decide again, and send its "
        "present `ETag`.",
    ),
    errors.Rejected: Problem(
        "rejected",
        "A business rule refuses it",
        422,
        "The command is well formed, but the thing is in a state in which it can't be done. "
        "Nothing was stored.",
        "`reason` is the rule's name, for programs; `detail` says it in words. Read the thing "
        "and send a command that fits its state.",
    ),
    errors.Refusal: Problem(
        "refused",
        "The present state refuses it",
        422,
        "The command does not fit the state that the thing is in. Nothing was stored.",
        "Read the thing, and send a command that fits its state.",
    ),
    errors.IdempotencyKeyReused: Problem(
        "idempotency-key-reused",
        "The idempotency key was used with other input",
        422,
        "The same `Idempotency-Key` came before, with another command or other data. A key stands "
        "for one command, and its repeats. Nothing was stored.",
        "Take a new key for a new command; send a repeat exactly as the first time.",
    ),
    errors.CommitTooLarge: Problem(
        "commit-too-large",
        "Too much for one commit",
        422,
        "The events of this one command take more room than a commit may have, 400 KB packed. "
        "Nothing was stored.",
        "Split the command into smaller ones.",
    ),
    errors.NotYetVisible: Problem(
        "not-yet-visible",
        "Your write is not visible yet",
        503,
        "The write that `Nexus-Consistency` names is stored, but this read model does not show it "
        "yet: it has version `have` and needs version `want`.",
        "Ask again after `Retry-After` seconds, or let the query wait: `Prefer: wait=2`.",
    ),
    errors.BeingBuilt: Problem(
        "being-built",
        "The read model is being built",
        503,
        "This read model is new, or new in this version, and is being filled from all of history. "
        "It shows nothing before it is whole.",
        "Ask again after `Retry-After` seconds; `/api/operations/projections` says how far it is.",
    ),
    errors.Parked: Problem(
        "parked",
        "The read model has stopped at a record",
        503,
        "This read model could not apply a record of the stream that `Nexus-Consistency` names, "
        "and goes no further in that stream until an operator releases it. Other streams go on; "
        "nothing is lost.",
        "To repeat the query does not help. Ask without the token for what the read model shows, "
        "or tell the operators; `/api/operations/projections` lists what is parked.",
    ),
    errors.DamagedReadModel: Problem(
        "damaged-read-model",
        "The read model is damaged",
        503,
        "What is stored of this read model does not match its seals, so it is not shown. It is "
        "made of events, which are not affected: nothing is lost.",
        "To repeat the query does not help. Tell the operators; `/api/operations/projections` "
        "says which read model it is, and what makes it whole.",
    ),
    errors.Unavailable: Problem(
        "unavailable",
        "A part of the system does not answer",
        503,
        "Something that the answer needs did not respond in time. Whether a command was stored is "
        "not known.",
        "Send it again after `Retry-After` seconds; a command with the same `Idempotency-Key`, so "
        "that it happens once.",
    ),
    errors.Stopping: Problem(
        "stopping",
        "The process ends",
        503,
        "The process that has your request ends, and begins no command more. Nothing was stored.",
        "Send it again after `Retry-After` seconds.",
    ),
    errors.TooManyRequests: Problem(
        "too-many-requests",
        "Too much at once",
        429,
        "You, or everybody together, ask for more than the limit in this span of time.",
        "Send it again after `Retry-After` seconds; a command with the same `Idempotency-Key`, so "
        "that it happens once.",
    ),
    errors.SchemaViolation: Problem(
        "schema-violation",
        "The schema does not allow it",
        500,
        "The command led to an event that its registered schema does not allow. Nothing was "
        "stored: no event is without a schema. The fault is in the system, not in the request.",
        "Tell the operators the `instance` of the answer.",
    ),
    errors.CorruptStream: Problem(
        "corrupt-stream",
        "The stream can't be trusted",
        500,
        "What is stored of this stream has a gap, or does not match its seals. It is neither read "
        "nor written before somebody has looked at it.",
        "Tell the operators the `instance` of the answer.",
    ),
    errors.Misconfigured: Problem(
        "misconfigured",
        "The system is not set up correctly",
        500,
        "A setting or a file that the system needs is missing or wrong.",
        "Operators find in the log what to set, under the `instance` of the answer.",
    ),
    **HTTP_PROBLEMS,
    Exception: Problem(
        "internal",
        "Something went wrong on our side",
        500,
        "An error that nobody had foreseen. Whether a command was stored is not known.",
        "The log has more under the `instance` of the answer: tell the operators. A command may be "
        "repeated with the same `Idempotency-Key`, so that it happens once.",
    ),
}
"""By class; a class that isn't listed is what its nearest listed ancestor is."""


def problem_of(kind: type[Exception]) -> Problem:
    """Return what an error of that class is in HTTP."""
    return next(PROBLEMS[ancestor] for ancestor in kind.__mro__ if ancestor in PROBLEMS)
