"""Every error as a problem document (RFC 9457)."""

from __future__ import annotations

import json
import logging
import math
from typing import TYPE_CHECKING, Final

from chalice.app import Response

from chalicelib.entrypoints.http.errors import MethodNotAllowed, Unwell
from chalicelib.entrypoints.http.problems import PROBLEMS, problem_of
from chalicelib.entrypoints.http.responses import json_object
from chalicelib.kernel import errors
from chalicelib.wiring import current

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
MAX_FAULTS: Final = 100
"""Faults of an input that an answer lists; a hostile query could have thousands."""
RETRY_AFTER: Final = "1"
"""Seconds."""


def answer(error: Exception, correlation_id: str) -> Response:
    """Return the problem document of an error as a response, and log as ``document`` does."""
    headers: dict[str, str | list[str]] = {"Content-Type": MEDIA_TYPE, **headers_of(error)}
    status = problem_of(type(error)).status
    return Response(document(error, correlation_id).decode(), headers, status)


def document(error: Exception, instance: str, room: int | None = None) -> bytes:
    """Return the problem document of an error, and log what only an operator can mend.

    The members that only this kind of problem has are left out if they take more bytes than there
    is room for.
    """
    problem = problem_of(type(error))
    if problem.status == PROBLEMS[Exception].status:
        logger.error("request %s failed: %s", instance, problem.name, exc_info=error)
    elif isinstance(error, errors.Unavailable) and not isinstance(error, errors.Stopping):
        logger.warning("request %s: %s", instance, error)
    members = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "detail": _detail(error),
        "instance": instance,
    }
    more = {**_encoded(_particulars(error)), **_enclosed(error)}
    if room is not None and sum(map(len, more.values())) > room:
        more = {}
    return json_object({**_encoded(members), **more})


def _detail(error: Exception) -> str:
    match error:
        case errors.Parked():  # its own sentence quotes the failure, which may quote the data
            return f"{error.stream} goes no further in this read model until it is released"
        case errors.TooManyRequests():
            return "the limit of requests is reached; the same request may succeed later"
        case errors.DamagedReadModel():  # its own names files, as the next one's
            return "this read model can't be shown before it is made again"
        case errors.Unavailable() if not isinstance(
            error, errors.Stopping
        ):  # its own names files and addresses, which are for the log
            return "a part of the system can't do this now; the same request may succeed later"
        case errors.NexusError() if not isinstance(
            error, errors.Misconfigured
        ):  # that names files, settings and indexes: it is for the log, too
            return str(error)
        case _:
            return "the log has more under this correlation id"


def _particulars(error: Exception) -> Mapping[str, object]:
    """Return the members that only this kind of problem has."""
    members: dict[str, object] = {}
    match error:
        case errors.InvalidInput():
            faults = error.faults[:MAX_FAULTS]
            members["errors"] = [{"pointer": f.pointer, "message": f.message} for f in faults]
        case errors.Forbidden():
            members["reasons"] = error.reasons
        case errors.Rejected():
            members["reason"] = error.reason
        case errors.VersionMismatch():
            members |= {"have": error.actual, "want": error.expected}
        case errors.NotYetVisible():
            members |= {"have": error.have, "want": error.want}
        case errors.Parked():
            members["reason"] = "parked"
        case _:
            pass
    return members


def _enclosed(error: Exception) -> Mapping[str, bytes]:
    """Return the members that hold a part of the system, as JSON; its numbers are exact."""
    match error:
        case errors.AlreadyExists():
            return {"state": current().shapes.to_json(error.state)}
        case Unwell():
            return {"health": current().shapes.to_json(error.health)}
        case _:
            return {}


def _encoded(members: Mapping[str, object]) -> Mapping[str, bytes]:
    return {
        name: json.dumps(value, separators=(",", ":")).encode() for name, value in members.items()
    }


def headers_of(error: Exception) -> Mapping[str, str]:
    """Return the headers that go with a problem."""
    match error:
        case errors.Unauthenticated():
            return {"WWW-Authenticate": "Bearer"}
        case MethodNotAllowed():
            return {"Allow": ", ".join(error.allowed)}
        case errors.TooManyRequests():
            return {"Retry-After": str(max(1, math.ceil(error.retry_after)))}
        case errors.NotYetVisible() | errors.BeingBuilt() | errors.Unavailable():
            return {"Retry-After": RETRY_AFTER}
        case _:
            return {}
