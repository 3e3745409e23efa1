"""The page of the OpenAPI document: it reads the document and lets people try it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.entrypoints.http.pages.page import page, text

if TYPE_CHECKING:
    from chalice.app import Response


def docs_page() -> Response:
    """Return the page."""
    return page("Nexus Blueprint: HTTP", text("docs.html"), text("docs.js"))
