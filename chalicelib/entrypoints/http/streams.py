"""Streams over HTTP: what happened to one thing, event by event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.entrypoints.http.paging import paging
from chalicelib.entrypoints.http.responses import answer, json_array, json_object
from chalicelib.entrypoints.http.routes import Routes
from chalicelib.kernel.stream import StreamId
from chalicelib.services.identity import TEMPORAL
from chalicelib.wiring import current

if TYPE_CHECKING:
    from chalice.app import Response

    from chalicelib.entrypoints.http.request import Incoming
    from chalicelib.kernel.commit import RecordedEvent


def blueprint() -> Routes:
    """Return the routes of streams."""
    routes = Routes(__name__)
    routes.get("/api/streams/{aggregate}/{id}", events)
    return routes


def events(incoming: Incoming) -> Response:
    """Return a page of a stream: ``{stream, version, events, next}``."""
    principal = incoming.principal(TEMPORAL)
    current().temporal_limit.take(principal)
    stream = StreamId(principal.tenant, incoming.captured["aggregate"], incoming.captured["id"])
    limit, cursor = paging(incoming.parameters)
    page = current().streams.page(stream, cursor, limit, _event)
    to_json = current().shapes.to_json
    body = {
        "stream": to_json(str(page.stream)),
        "version": to_json(page.version),
        "events": json_array(page.events),
        "next": to_json(page.next),
    }
    return answer(json_object(body))


def _event(event: RecordedEvent) -> bytes:
    members = {
        "id": event.id,
        "type": event.type,
        "version": event.version,
        "schemaVersion": event.schema_version,
        "recordedAt": event.recorded_at,
        "effectiveAt": event.effective_at,
        "data": event.data,
    }
    return current().shapes.to_json(members)
