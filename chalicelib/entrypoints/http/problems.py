"""What each error means in HTTP: the one place that knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from chalicelib.entrypoints.http import errors as http
from chalicelib.kernel import errors

if TYPE_CHECKING:
    from collections.abc import Mapping


class Problem(NamedTuple):
    """What an error is called, what a person may call it, and its HTTP status."""

    name: str
    title: str
    status: int


PROBLEMS: Final[Mapping[type[Exception], Problem]] = {
    errors.InvalidInput: Problem("invalid-input", "The input is not valid", 400),
    errors.Unauthenticated: Problem("unauthenticated", "We don't know who you are", 401),
    errors.Forbidden: Problem("forbidden", "A policy forbids it", 403),
    errors.NotFound: Problem("not-found", "There is no such thing", 404),
    errors.AlreadyExists: Problem("already-exists", "It exists already", 409),
    errors.VersionConflict: Problem("version-conflict", "Another command was faster", 409),
    errors.VersionMismatch: Problem("version-mismatch", "The version is another", 412),
    errors.Rejected: Problem("rejected", "A business rule refuses it", 422),
    errors.Refusal: Problem("refused", "The present state refuses it", 422),
    errors.IdempotencyKeyReused: Problem(
        "idempotency-key-reused", "The idempotency key was used with other input", 422
    ),
    errors.CommitTooLarge: Problem("commit-too-large", "Too much for one commit", 422),
    errors.NotYetVisible: Problem("not-yet-visible", "Your write is not visible yet", 503),
    errors.Parked: Problem("parked", "The read model has stopped at a record", 503),
    errors.Unavailable: Problem("unavailable", "A part of the system does not answer", 503),
    errors.SchemaViolation: Problem("schema-violation", "The schema does not allow it", 500),
    errors.CorruptStream: Problem("corrupt-stream", "The stream can't be trusted", 500),
    errors.Misconfigured: Problem("misconfigured", "The system is not set up correctly", 500),
    http.MalformedRequest: Problem("malformed-request", "The request is malformed", 400),
    http.NoSuchRoute: Problem("no-such-route", "There is nothing here", 404),
    http.MethodNotAllowed: Problem("method-not-allowed", "Not with this method", 405),
    http.RequestTimeout: Problem("request-timeout", "The request took too long", 408),
    http.LengthRequired: Problem("length-required", "The body needs a length", 411),
    http.BodyTooLarge: Problem("body-too-large", "The body is too large", 413),
    http.TargetTooLong: Problem("target-too-long", "The request line is too long", 414),
    http.UnsupportedMediaType: Problem("unsupported-media-type", "The body must be JSON", 415),
    http.MisdirectedRequest: Problem("misdirected-request", "This is another host", 421),
    http.HeadersTooLarge: Problem("headers-too-large", "The headers are too large", 431),
    http.MethodNotImplemented: Problem("method-not-implemented", "There is no such method", 501),
    http.VersionNotSupported: Problem("version-not-supported", "Not this version of HTTP", 505),
    http.Unwell: Problem("unwell", "The system is not well", 503),
    Exception: Problem("internal", "Something went wrong on our side", 500),
}
"""By class; a class that isn't listed is what its nearest listed ancestor is."""


def problem_of(kind: type[Exception]) -> Problem:
    """Return what an error of that class is in HTTP."""
    return next(PROBLEMS[ancestor] for ancestor in kind.__mro__ if ancestor in PROBLEMS)
