"""What Schemathesis can't know of itself; its configuration names this module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import schemathesis
from schemathesis.generation.meta import TestPhase

from chalicelib.entrypoints.http import headers as read
from chalicelib.kernel.errors import InvalidInput
from chalicelib.services.consistency import Mark, decode_token, encode_token
from chalicelib.services.documents import words_of
from chalicelib.services.query_language import MAX_SEARCHED

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemathesis import Case, CheckContext, HookContext, Response

TOKEN = encode_token(Mark("Order", "order-1", core=1, secondary=0))
"""Of the order that is there before Schemathesis starts."""
STAND_INS = {
    "Nexus-Consistency": (decode_token, TOKEN),  # opaque: no schema says which ones there are
    "If-Match": (lambda tag: read.version("", tag), '"1"'),  # drawn without its quotes
    "Nexus-Effective-At": (lambda at: read.moment("", at), "2026-01-31T12:00:00Z"),  # any year
}
"""By header: what reads it, and what stands in for a value that only looks right."""
CONDITIONS = ("If-Match", "Nexus-Effective-At")
"""Headers that nearly any sequence of commands would end at, drawn by chance."""
OF_HTTP = {"connection", "content-length", "content-type", "date", "server"}
"""Headers that HTTP itself has, whatever is asked."""


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Mend what no schema can say, where all the rest is as it should be."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    case.query.pop("cursor", None)  # bound to the query before, which nobody has asked
    if "q" in case.query and not 1 <= len(words_of(case.query["q"])) <= MAX_SEARCHED:
        case.query["q"] = "order"  # it may have been all blanks
    if case.meta.phase.name is TestPhase.STATEFUL:
        for name in CONDITIONS:
            case.headers.pop(name, None)
    for name, (reads, stand_in) in STAND_INS.items():
        if name in case.headers and not is_read(reads, case.headers[name]):
            case.headers[name] = stand_in
    case.body = whole(case.body)


def is_read(reads: Callable[[str], object], text: str) -> bool:
    """Tell whether a reader takes a text."""
    try:
        reads(text)
    except InvalidInput:
        return False
    return True


def whole(body: Any) -> Any:
    """Return a body with 5 for 5.0: to JSON Schema both are integers, here only the first is."""
    match body:
        case dict():
            return {name: whole(value) for name, value in body.items()}
        case list():
            return [whole(value) for value in body]
        case float() if body.is_integer():
            return int(body)
        case _:
            return body


@schemathesis.check
def documented_headers(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """Every header of an answer is in the document, or is one of HTTP's own."""
    described = case.operation.responses.find_by_status_code(response.status_code)
    if described is None:  # another check's matter
        return
    known = {name.lower() for name, _ in described.headers.items()} | OF_HTTP
    unknown = sorted(set(response.headers) - known)
    assert not unknown, f"undocumented headers: {', '.join(unknown)}"
