"""What the answers of queries say to caches: a tag, how old they are, how old they may be.

A document's tag is strong: the stream's version, which a command can name, and a digest of the
body, as another index may show the same version otherwise. That of a page is weak: it is of what
the page shows, which ``asOf``, the time of reading, is no part of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalice.app import Response

from chalicelib.entrypoints.http.headers import matches
from chalicelib.entrypoints.http.responses import answer, etag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.entrypoints.http.request import Incoming
    from chalicelib.services.answer_cache import Page

VARY: Final = "Authorization, Nexus-Consistency"
"""Who asks decides the tenant, and a token what has to be shown."""
PRESENT: Final = "private, no-cache"
"""True when it was given; who keeps it asks again, by its tag."""


def present(version: int, body: bytes) -> Mapping[str, str]:
    """Return the headers of a document that was just read."""
    return {"ETag": etag(version, body), "Cache-Control": PRESENT, "Vary": VARY}


def paged(page: Page) -> Mapping[str, str]:
    """Return the headers of a page; ``max-age`` bounds its age here and in the caller's cache."""
    return {
        "ETag": f'W/"{page.tag}"',
        "Cache-Control": f"private, max-age={page.bound}" if page.bound else PRESENT,
        "Vary": VARY,
        "Age": str(page.age),
        "Cache-Status": "nexus; hit" if page.cached else "nexus; fwd=miss",
    }


def unless_known(incoming: Incoming, body: bytes, headers: Mapping[str, str]) -> Response:
    """Return the answer, or 304 to a client that has what this tag names."""
    tag = headers["ETag"].removeprefix("W/")
    if matches(incoming.headers.get("if-none-match", ""), tag):
        return Response("", dict(headers), 304)
    return answer(body, headers)
