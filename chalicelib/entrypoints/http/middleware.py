"""What every request passes: it gets its correlation id, and every error the form of a problem."""

from __future__ import annotations

from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, TypeAlias

from chalice.app import ChaliceUnhandledError

from chalicelib.entrypoints.http import headers as read
from chalicelib.entrypoints.http.errors import MethodNotAllowed, NoSuchRoute
from chalicelib.entrypoints.http.problem_documents import answer
from chalicelib.entrypoints.http.request import Incoming, correlation_id, joined_headers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalice.app import Request, Response, RouteEntry

    Routes: TypeAlias = Mapping[str, Mapping[str, RouteEntry]]
    View: TypeAlias = Callable[[Incoming], Response]

_request: ContextVar[tuple[Request, str]] = ContextVar("request")
"""Chalice's request and its correlation id; Chalice itself hands a view the captures only."""


def view(handler: View) -> Callable[..., Response]:
    """Return the handler of a request as Chalice calls it."""

    @wraps(handler)
    def called(**captured: str) -> Response:
        try:
            request, correlation = _request.get()
            return handler(Incoming.of(request, captured, correlation))
        except Exception as error:
            # The one error that Chalice hands on to middleware.
            raise ChaliceUnhandledError from error

    return called


def boundary(routes: Routes) -> Callable[[Request, Callable[[Request], Response]], Response]:
    """Return the middleware for an app with these routes."""

    def answered(request: Request, get_response: Callable[[Request], Response]) -> Response:
        given = joined_headers(request).get("x-correlation-id")
        correlation = correlation_id(given)
        _request.set((request, correlation))
        try:
            if given is not None:
                read.identifier("X-Correlation-Id", given)
            _check_route(routes, request)
            response = _ours(get_response(request))
        except Exception as error:  # noqa: BLE001 - nothing may pass but as a problem
            response = answer(_cause(error), correlation)
        response.headers["X-Correlation-Id"] = correlation
        return response

    return answered


def _check_route(routes: Routes, request: Request) -> None:
    methods = routes.get(request.path)
    if methods is None:
        message = "no route leads here"
        raise NoSuchRoute(message)
    if request.method not in methods:
        raise MethodNotAllowed(request.method, methods)


def _ours(response: Response) -> Response:
    """Return the response of a view; Chalice's own, which are objects, report that one failed."""
    if not isinstance(response.body, str):
        message = f"Chalice answered by itself: {response.body}"
        raise RuntimeError(message)  # noqa: TRY004 - it is no caller's type that is wrong
    return response


def _cause(error: Exception) -> Exception:
    cause = error.__cause__ if isinstance(error, ChaliceUnhandledError) else None
    return cause if isinstance(cause, Exception) else error
