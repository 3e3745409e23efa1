"""Is it well?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.entrypoints.http.errors import Unwell
from chalicelib.entrypoints.http.responses import answer
from chalicelib.entrypoints.http.routes import Routes
from chalicelib.wiring import current

if TYPE_CHECKING:
    from chalice.app import Response

    from chalicelib.entrypoints.http.request import Incoming


def blueprint() -> Routes:
    """Return the route of health."""
    routes = Routes(__name__)
    routes.get("/health", health)
    return routes


def health(incoming: Incoming) -> Response:
    """Return what the system says of itself; 503 unless it says that it is well."""
    said = current().operations.health()
    if said.get("status") != "ok":
        raise Unwell(said)
    return answer(current().shapes.to_json(said))
