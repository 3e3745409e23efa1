"""The read side over HTTP: one route for each view that a bounded context declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.entrypoints.http.caching import paged, present, unless_known
from chalicelib.entrypoints.http.responses import json_array, json_object
from chalicelib.entrypoints.http.routes import Routes
from chalicelib.kernel.views import Many, One, Totals
from chalicelib.wiring import current

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalice.app import Response

    from chalicelib.entrypoints.http.middleware import View as Handler
    from chalicelib.entrypoints.http.request import Incoming
    from chalicelib.kernel.context import BoundedContext
    from chalicelib.kernel.views import View


def blueprint(contexts: Iterable[BoundedContext]) -> Routes:
    """Return the routes of all views."""
    routes = Routes(__name__)
    for context in contexts:
        for view in context.views:
            routes.get(view.route, _handler(view))
    return routes


def _handler(view: View) -> Handler:
    match view:
        case One():
            return one(view)
        case Many():
            return many(view)
        case Totals():
            return totals(view)


def one(view: One) -> Handler:
    """Return the handler of a view of one document."""

    def handler(incoming: Incoming) -> Response:
        """Return the document as it is stored; 304 to a client that has this version of it."""
        document = current().queries.one(view, incoming.question())
        body = document.body or b"null"
        return unless_known(incoming, body, present(document.version, body))

    return handler


def many(view: Many) -> Handler:
    """Return the handler of a view of many documents."""

    def handler(incoming: Incoming) -> Response:
        """Return a page, ``{items, next, asOf}``; 304 to a client that has it."""
        page = current().queries.many(view, incoming.question())
        to_json = current().shapes.to_json
        items = json_array(page.items)
        body = {"items": items, "next": to_json(page.next), "asOf": to_json(page.as_of)}
        return unless_known(incoming, json_object(body), paged(page))

    return handler


def totals(view: Totals) -> Handler:
    """Return the handler of a view of sums by groups."""

    def handler(incoming: Incoming) -> Response:
        """Return all groups, ``{items, asOf}``; 304 to a client that has them."""
        page = current().queries.totals(view, incoming.question())
        as_of = current().shapes.to_json(page.as_of)
        body = {"items": json_array(page.items), "asOf": as_of}
        return unless_known(incoming, json_object(body), paged(page))

    return handler
