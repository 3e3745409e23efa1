"""The write side over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.entrypoints.http.responses import answer, etag
from chalicelib.entrypoints.http.routes import Routes
from chalicelib.wiring import current

if TYPE_CHECKING:
    from chalice.app import Response

    from chalicelib.entrypoints.http.request import Incoming
    from chalicelib.services.command_handler import CommandResult


def blueprint() -> Routes:
    """Return the routes of commands."""
    routes = Routes(__name__)
    routes.post("/api/commands/{command}", issue)
    return routes


def issue(incoming: Incoming) -> Response:
    """Handle a command by its name: 201, or 200 if there was nothing to do."""
    result = current().commands.handle(incoming.captured["command"], incoming.command())
    headers = {"ETag": etag(result.version), "Nexus-Consistency": result.consistency_token}
    if result.replayed:
        headers["Nexus-Replayed"] = "true"
    return answer(current().shapes.to_json(members(result)), headers, status(result))


def status(result: CommandResult) -> int:
    """Return 201 for events, which the command made now or before; 200 if it had nothing to do."""
    return 201 if result.events else 200


def members(result: CommandResult) -> dict[str, object]:
    """Return what the answer to a command says."""
    return {
        "commandId": result.command_id,
        "stream": str(result.stream),
        "version": result.version,
        "events": [{"id": event_id, "type": kind} for event_id, kind in result.events],
        "consistencyToken": result.consistency_token,
    }
