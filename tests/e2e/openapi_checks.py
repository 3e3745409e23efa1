"""What Schemathesis can't know of itself; its configuration names this module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import schemathesis

from chalicelib.services.consistency import Mark, encode_token

if TYPE_CHECKING:
    from schemathesis import Case, CheckContext, HookContext, Response

TOKEN = encode_token(Mark("Order", "order-1", core=1, secondary=0))
"""Of the order that the examples of the document place."""
OF_HTTP = {"connection", "content-length", "content-type", "date", "server"}
"""Headers that HTTP itself has, whatever is asked."""


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Send no made-up cursor, and no made-up token, where everything else is as it should be.

    Both are opaque: no schema can say which ones there are.
    """
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    case.query.pop("cursor", None)
    if "Nexus-Consistency" in case.headers:
        case.headers["Nexus-Consistency"] = TOKEN


@schemathesis.check
def documented_headers(ctx: CheckContext, response: Response, case: Case) -> None:
    """Every header of an answer is in the document, or is one of HTTP's own."""
    described = case.operation.responses.find_by_status_code(response.status_code)
    if described is None:  # another check's matter
        return
    known = {name.lower() for name, _ in described.headers.items()} | OF_HTTP
    unknown = sorted(set(response.headers) - known)
    assert not unknown, f"undocumented headers: {', '.join(unknown)}"
