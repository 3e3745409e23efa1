"""Cursors of lists: where a page ended, bound to the query and to the index that answered it.

Base64url of JSON: the seal of the whole, the query's digest, the sort value and the id. The seal is
no secret. It finds what was cut or changed on the way; one who makes a cursor gets no further than
to another place in his own tenant's list.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.errors import Fault, InvalidInput

if TYPE_CHECKING:
    from chalicelib.services.read_models import Query, Scalar

    Place = tuple[Scalar, str]
    """The sort value and the id of a page's last document."""

MAX_CURSOR: Final = 16_384
"""Characters, of which the sort value may take the most."""


def encode_cursor(index: str, query: Query, last: Place) -> str:
    """Return the cursor that goes on behind a document."""
    asked = _digest(_asked(query))
    text = json.dumps([_digest([index, asked, *last]), asked, *last])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(index: str, query: Query, kind: type[Scalar], cursor: str) -> Place:
    """Return where to go on, by a value of that kind; raises InvalidInput for another's cursor."""
    seal, asked, value, document_id = _parts(cursor)
    if asked != _digest(_asked(query)):
        message = "the cursor does not belong to this query"
        raise _refused(message, "take it from `next` and repeat the query unchanged")
    sane = type(value) is kind and isinstance(document_id, str)
    if not sane or seal != _digest([index, asked, value, document_id]):
        message = "the cursor is not as it was given, or its index answers no more"
        raise _refused(message, "begin anew, without a cursor")
    return value, document_id


def _parts(cursor: str) -> tuple[Any, Any, Any, Any]:
    try:
        padded = cursor[: MAX_CURSOR + 1].encode("ascii") + b"=" * (-len(cursor) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        seal, asked, value, document_id = found
    except (ValueError, TypeError, RecursionError):
        return None, None, None, None
    return seal, asked, value, document_id


def _asked(query: Query) -> list[object]:
    """Return what a cursor must be repeated with; the limit may change."""
    query = query.normal()
    filters = [[each.field, each.operator, each.value] for each in query.filters]
    return [query.tenant, filters, query.sort.field, query.sort.descending, query.words]


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]


def _refused(message: str, advice: str) -> InvalidInput:
    return InvalidInput(message, [Fault("cursor", advice)])
