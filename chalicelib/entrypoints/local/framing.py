"""What the headers say of a request: that it is meant for this host, and where its body ends."""

from __future__ import annotations

import re
from email.errors import FirstHeaderLineIsContinuationDefect, InvalidHeaderDefect
from typing import TYPE_CHECKING, Final

from chalicelib.entrypoints.http.errors import (
    BodyTooLarge,
    LengthRequired,
    MalformedRequest,
    MisdirectedRequest,
)
from chalicelib.entrypoints.http.request import MAX_BODY

if TYPE_CHECKING:
    from email.message import Message

_LOCAL: Final = re.compile(r"(127\.0\.0\.1|localhost)(:[0-9]{1,5})?", re.IGNORECASE)
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_HEADER_DEFECTS: Final = (FirstHeaderLineIsContinuationDefect, InvalidHeaderDefect)


def check_host(headers: Message) -> None:
    """Refuse what is for another host; raises MisdirectedRequest.

    Everyone here is the developer, and a page of another site may have made its name lead here.
    """
    if any(not _LOCAL.fullmatch(host) for host in headers.get_all("host", [])):
        message = "this is localhost, or 127.0.0.1, and the Host header names another"
        raise MisdirectedRequest(message)


def body_length(method: str, headers: Message) -> int:
    """Return the length of the body in bytes.

    Raises MalformedRequest, LengthRequired or BodyTooLarge.
    """
    _check_form(headers)
    if "transfer-encoding" in headers:
        message = "send the body as it is, with a Content-Length, and not in chunks"
        raise LengthRequired(message)
    lengths = headers.get_all("content-length", [])
    if not lengths and method not in _WITH_BODY:
        return 0
    if len(lengths) != 1 or not re.fullmatch(r"[0-9]+", lengths[0]):
        message = "send one Content-Length, the body's number of bytes"
        raise MalformedRequest(message)
    digits = lengths[0].lstrip("0") or "0"
    if len(digits) > len(str(MAX_BODY)) or int(digits) > MAX_BODY:
        raise BodyTooLarge(MAX_BODY)
    return int(digits)


def _check_form(headers: Message) -> None:
    """Refuse what the parser puts up with: lines that are no headers, or go on in the next."""
    strays = headers.get_payload() or any(isinstance(d, _HEADER_DEFECTS) for d in headers.defects)
    if strays or any("\n" in value for value in headers.values()):
        message = "each header is one line: its name, a colon, its value"
        raise MalformedRequest(message)
