"""Operations over HTTP: what carries events, what has stopped, going on, and starting anew.

Whoever asks sees and redrives the streams of their own tenant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.entrypoints.http.paging import paging
from chalicelib.entrypoints.http.responses import answer
from chalicelib.entrypoints.http.routes import Routes
from chalicelib.kernel.errors import Fault, InvalidInput
from chalicelib.kernel.stream import StreamId
from chalicelib.services.identity import OPERATIONS
from chalicelib.wiring import current

if TYPE_CHECKING:
    from chalice.app import Response

    from chalicelib.entrypoints.http.request import Incoming


def blueprint() -> Routes:
    """Return the routes of operations."""
    routes = Routes(__name__)
    routes.get("/api/operations/consumers", consumers)
    routes.get("/api/operations/projections", projections)
    routes.get("/api/operations/projections/{name}/rebuild", last_rebuild)
    routes.post("/api/operations/projections/{name}/rebuild", rebuild)
    routes.get("/api/operations/projections/{name}/parity", parity)
    routes.post("/api/operations/projections/{name}/{action}", change)
    routes.get("/api/operations/decisions", decisions)
    routes.get("/api/operations/dlq", dead_letters)
    routes.post("/api/operations/dlq/{consumer}/redrive", redrive)
    return routes


def consumers(incoming: Incoming) -> Response:
    """Return how each consumer does, with its last error: ``{items}``."""
    incoming.principal(OPERATIONS)
    return answer(current().shapes.to_json({"items": current().operations.statuses()}))


def projections(incoming: Incoming) -> Response:
    """Return each projection with its consumers, parked streams and damage: ``{items}``."""
    tenant = incoming.principal(OPERATIONS).tenant
    return answer(current().shapes.to_json({"items": current().operations.read_models(tenant)}))


def rebuild(incoming: Incoming) -> Response:
    """Begin to fill a new index, or go on with it, and return how it stands: 202."""
    incoming.principal(OPERATIONS)
    report = current().operations.rebuild(incoming.captured["name"])
    return answer(current().shapes.to_json(report), status=202)


def last_rebuild(incoming: Incoming) -> Response:
    """Return how the last rebuild of a projection stands."""
    incoming.principal(OPERATIONS)
    report = current().operations.last_rebuild(incoming.captured["name"])
    return answer(current().shapes.to_json(report))


def parity(incoming: Incoming) -> Response:
    """Compare all documents of the index that answers with those of the one beside it."""
    incoming.principal(OPERATIONS)
    report = current().operations.compare(incoming.captured["name"])
    return answer(current().shapes.to_json(report))


def change(incoming: Incoming) -> Response:
    """Do what an operator decides: ``switch``, ``roll-back``, ``retire`` or ``discard``."""
    incoming.principal(OPERATIONS)
    captured = incoming.captured
    report = current().operations.change(captured["name"], captured["action"])
    return answer(current().shapes.to_json(report))


def dead_letters(incoming: Incoming) -> Response:
    """Return what could not be applied, by whom and why: ``{items}``."""
    tenant = incoming.principal(OPERATIONS).tenant
    return answer(current().shapes.to_json({"items": current().operations.dead_letters(tenant)}))


def decisions(incoming: Incoming) -> Response:
    """Return a page of what the policies forbade, newest first: ``{items, next}``."""
    tenant = incoming.principal(OPERATIONS).tenant
    limit, cursor = paging(incoming.parameters)
    page = current().operations.denials(tenant, limit=limit, cursor=cursor)
    return answer(current().shapes.to_json(page))


def redrive(incoming: Incoming) -> Response:
    """Make the stream in the body go on: ``{redriven}``, false if it has stopped again."""
    tenant = incoming.principal(OPERATIONS).tenant
    stream = _stream(incoming.json())
    redriven = current().operations.redrive(incoming.captured["consumer"], stream, tenant)
    return answer(current().shapes.to_json({"redriven": redriven}))


def _stream(body: object) -> StreamId:
    match body:
        case {"stream": str(text), **rest} if not rest:
            return StreamId.parse(text)
        case _:
            message = "the body names the stream to redrive, and nothing else"
            raise InvalidInput(message, [Fault("/stream", "as default/Order/test-1")])
