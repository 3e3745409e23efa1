"""What the head says of a request: that it is meant for this host, and where its body ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from chalicelib.entrypoints.http.errors import (
    BodyTooLarge,
    LengthRequired,
    MalformedRequest,
    MisdirectedRequest,
)
from chalicelib.entrypoints.http.request import body_limit

if TYPE_CHECKING:
    from email.message import Message

    from chalicelib.entrypoints.local.head import RequestLine

_LOCAL: Final = re.compile(r"(127\.0\.0\.1|localhost)(:[0-9]{1,5})?", re.IGNORECASE)
_TARGET: Final = re.compile(
    r"(?:https?://(?P<host>[^/?#]*))?(?P<path>/[^?#]*|\*|)(?P<query>\?[^#]*)?", re.IGNORECASE
)


def addressed(line: RequestLine, headers: Message) -> str:
    """Return the path and query that are asked for, of this host.

    Raises MalformedRequest, or MisdirectedRequest for another host: everyone here is the developer,
    and a page of another site may have made its name lead here.
    """
    hosts = headers.get_all("host", [])
    if len(hosts) > 1 or (not hosts and line.minor):
        message = "send one Host header"
        raise MalformedRequest(message)
    target = _TARGET.fullmatch(line.target)
    if target is None or not (target["path"] or target["host"]):
        message = "ask for a path, as /health, without a fragment"
        raise MalformedRequest(message)
    # A target that names the host says it instead of the header.
    if any(not _LOCAL.fullmatch(host) for host in ([target["host"]] if target["host"] else hosts)):
        message = "this is localhost, or 127.0.0.1, and the request names another host"
        raise MisdirectedRequest(message)
    # A reader could take what follows two slashes for a host.
    return "/" + target["path"].lstrip("/") + (target["query"] or "")


def body_length(target: str, headers: Message) -> int:
    """Return the length in bytes of the body that is sent to a target of this host.

    Raises MalformedRequest, LengthRequired or BodyTooLarge.
    """
    if "transfer-encoding" in headers:
        message = "send the body as it is, with a Content-Length, and not in chunks"
        raise LengthRequired(message)
    lengths = headers.get_all("content-length", [])
    if not lengths:  # RFC 9112: then there is no body, as with `curl -X POST`
        return 0
    if len(lengths) != 1 or not re.fullmatch(r"[0-9]+", lengths[0]):
        message = "send one Content-Length, the body's number of bytes"
        raise MalformedRequest(message)
    digits = lengths[0].lstrip("0") or "0"
    limit = body_limit(target.partition("?")[0].removesuffix("/"))
    if len(digits) > len(str(limit)) or int(digits) > limit:
        raise BodyTooLarge(limit)
    return int(digits)


def persistent(line: RequestLine, headers: Message) -> bool:
    """Tell whether the client may send another request on its connection."""
    options = _tokens(headers, "connection")
    return "close" not in options and (line.minor > 0 or "keep-alive" in options)


def expects_invitation(line: RequestLine, headers: Message) -> bool:
    """Tell whether the client waits to be told that its body will be read."""
    return line.minor > 0 and "100-continue" in _tokens(headers, "expect")


def _tokens(headers: Message, name: str) -> set[str]:
    values = ",".join(headers.get_all(name, [])).split(",")
    return {value.strip(" \t").lower() for value in values}
