"""A blueprint whose routes read well: ``routes.get("/health", health)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalice.app import Blueprint

from chalicelib.entrypoints.http.middleware import view

if TYPE_CHECKING:
    from chalicelib.entrypoints.http.middleware import View

_ANY: Final = ["*/*"]
"""Whoever reads a body looks at its type; to a GET it doesn't matter what a client says there."""


class Routes(Blueprint):
    """Routes of handlers that take an Incoming and return a Response."""

    def get(self, path: str, handler: View) -> None:
        """Answer GET, and HEAD: the server leaves the body out."""
        self.route(path, methods=["GET", "HEAD"], content_types=_ANY)(view(handler))

    def post(self, path: str, handler: View) -> None:
        """Answer POST."""
        self.route(path, methods=["POST"], content_types=_ANY)(view(handler))
