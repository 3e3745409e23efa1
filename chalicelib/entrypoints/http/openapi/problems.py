"""Problem documents: a schema for each type, a response for each set of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.entrypoints.http import errors as http
from chalicelib.entrypoints.http.openapi.headers import answered
from chalicelib.entrypoints.http.openapi.terms import TEXT, Json, closed, ref
from chalicelib.entrypoints.http.problem_documents import MAX_FAULTS, MEDIA_TYPE
from chalicelib.entrypoints.http.problems import PROBLEMS
from chalicelib.kernel import errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROBLEM: Final[Json] = {
    "description": "What was wrong, with what, and what to do (RFC 9457).",
    "type": "object",
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "Which kind of problem; the address of a page that explains it.",
        },
        "title": {**TEXT, "description": "The same for all problems of a type."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {**TEXT, "description": "What was wrong this time, as a sentence."},
        "instance": {
            **TEXT,
            "format": "uri-reference",
            "pattern": r"^[A-Za-z0-9._~-]{1,128}(#(0|[1-9][0-9]{0,2}))?$",
            "description": "The correlation id, of a command in a batch with `#` and its number "
            "from 0: the log has more under it.",
        },
    },
    "required": ["type", "title", "status", "detail", "instance"],
}

FAULT: Final = closed(
    {
        "pointer": {**TEXT, "description": "A JSON pointer into the body; or a parameter's name."},
        "message": TEXT,
    }
)
_VERSION: Final[Json] = {"type": "integer", "minimum": 0}

MORE: Final[Mapping[type[Exception], Json]] = {
    errors.InvalidInput: {"errors": {"type": "array", "items": FAULT, "maxItems": MAX_FAULTS}},
    errors.Forbidden: {"reasons": {"type": "array", "items": TEXT}},
    errors.AlreadyExists: {
        "state": {"description": "What there is now.", **ref("schemas", "State")}
    },
    errors.Rejected: {"reason": {**TEXT, "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}},
    errors.VersionMismatch: {"have": _VERSION, "want": _VERSION},
    errors.NotYetVisible: {"have": _VERSION, "want": _VERSION},
    errors.Parked: {"reason": {"type": "string", "const": "parked"}},
    http.Unwell: {"health": ref("schemas", "Health")},
}
"""The members that only this type of problem has."""

_HEADER: Final[Mapping[type[Exception], str]] = {
    errors.Unauthenticated: "WWW-Authenticate",
    errors.NotYetVisible: "Retry-After",
    errors.BeingBuilt: "Retry-After",
    errors.TooManyRequests: "Retry-After",
    errors.Unavailable: "Retry-After",
    errors.Stopping: "Retry-After",
}

EVERYWHERE: Final = (
    errors.InvalidInput,
    http.MalformedRequest,
    http.RequestTimeout,
    http.LengthRequired,
    http.BodyTooLarge,
    http.TargetTooLong,
    http.MisdirectedRequest,
    http.HeadersTooLarge,
    errors.Misconfigured,
    Exception,
)
"""What any request may be answered with."""


def problem_schema(kind: type[Exception]) -> Json:
    """Return the schema of the problem documents of an error."""
    problem, more = PROBLEMS[kind], MORE.get(kind, {})
    return {
        "title": problem.title,
        "description": f"{problem.meaning} {problem.remedy}",
        "allOf": [ref("schemas", "Problem")],
        "properties": {
            "type": {"type": "string", "const": problem.type},
            "title": {"type": "string", "const": problem.title},
            "status": {"type": "integer", "const": problem.status},
            **more,
        },
        "required": ["type", "title", "status", *more],
        "unevaluatedProperties": False,
    }


def any_problem_schema(kinds: Sequence[type[Exception]]) -> Json:
    """Return one schema for the problem documents of all these errors, as batches have them."""
    problems = [PROBLEMS[kind] for kind in kinds]
    more = {name: schema for kind in kinds for name, schema in MORE.get(kind, {}).items()}
    return {
        "description": "Why a command was not done. What only its type has, may be left out of an "
        "answer that would be too large.",
        "allOf": [ref("schemas", "Problem")],
        "properties": {
            "type": {"type": "string", "enum": [problem.type for problem in problems]},
            "status": {
                "type": "integer",
                "enum": sorted({problem.status for problem in problems}),
            },
            **more,
        },
        "required": ["type", "status"],
        "unevaluatedProperties": False,
    }


def response(kinds: Sequence[type[Exception]], schemas: Sequence[Json]) -> Json:
    """Return the response for errors of one status, whose schemas these are."""
    one = schemas[0] if len(schemas) == 1 else {"oneOf": list(schemas)}
    headers = [_HEADER[kind] for kind in kinds if kind in _HEADER]
    return {
        "description": "; or: ".join(PROBLEMS[kind].title for kind in kinds),
        "headers": answered(*dict.fromkeys(headers)),
        "content": {MEDIA_TYPE: {"schema": one}},
    }
