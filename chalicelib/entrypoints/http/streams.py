"""Streams over HTTP: what happened to one thing, event by event."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from chalicelib.entrypoints.http.responses import answer, json_array, json_object
from chalicelib.entrypoints.http.routes import Routes
from chalicelib.kernel.errors import Fault, InvalidInput
from chalicelib.kernel.stream import StreamId
from chalicelib.services.identity import TEMPORAL
from chalicelib.services.query_language import DEFAULT_LIMIT, MAX_LIMIT
from chalicelib.wiring import current

if TYPE_CHECKING:
    from chalice.app import Response

    from chalicelib.entrypoints.http.request import Incoming
    from chalicelib.kernel.commit import RecordedEvent
    from chalicelib.services.query_language import Parameters

_PARAMETERS: Final = ("limit", "cursor")
_UNKNOWN: Final = f"no such parameter; there are {', '.join(_PARAMETERS)}"


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
    paging = _paging(incoming.parameters)
    limit = _limit(paging.get("limit", str(DEFAULT_LIMIT)))
    page = current().streams.page(stream, paging.get("cursor"), limit, _event)
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


def _paging(parameters: Parameters) -> dict[str, str]:
    names = [name for name, _ in parameters]
    unknown = [Fault(name[:100], _UNKNOWN) for name in names if name not in _PARAMETERS]
    repeated = [Fault(name, "give it once") for name in _PARAMETERS if names.count(name) > 1]
    if faults := unknown + repeated:
        message = "the query has parameters that can't be understood"
        raise InvalidInput(message, faults)
    return dict(parameters)


def _limit(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= MAX_LIMIT:
        message = f"limit is a whole number from 1 to {MAX_LIMIT}"
        raise InvalidInput(message, [Fault("limit", f"{text[:100]!r} is not")])
    return int(text)
