"""The head of a request, read as RFC 9112 has it: the request line, and a line for each header."""

from __future__ import annotations

import re
from email.message import Message
from typing import TYPE_CHECKING, Final, NamedTuple

from chalicelib.entrypoints.http.errors import (
    HeadersTooLarge,
    MalformedRequest,
    TargetTooLong,
)

if TYPE_CHECKING:
    import io

MAX_LINE: Final = 65_536
"""Bytes of the request line, and of each header."""
MAX_HEADERS: Final = 100
_TOKEN: Final = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_REQUEST: Final = re.compile(rb"(" + _TOKEN + rb") ([!-~]+) HTTP/1\.([0-9])")
_HEADER: Final = re.compile(rb"(" + _TOKEN + rb"):([\t -~\x80-\xff]*)")


class RequestLine(NamedTuple):
    """Method, target as it was sent, and the second number of HTTP/1.x."""

    method: str
    target: str
    minor: int

    @classmethod
    def read(cls, stream: io.BufferedReader) -> RequestLine:
        """Read the line; raises MalformedRequest, TargetTooLong or OSError."""
        line = _line(stream)
        while line == b"":  # from a client that ended its last body with a line end of its own
            line = _line(stream)
        if line is None:
            message = f"the request line may have at most {MAX_LINE} bytes"
            raise TargetTooLong(message)
        parts = _REQUEST.fullmatch(line)
        if parts is None:
            message = "the first line is a method, a path and HTTP/1.1, with a space between each"
            raise MalformedRequest(message)
        return cls(parts[1].decode(), parts[2].decode(), int(parts[3]))

    def __str__(self) -> str:
        return f"{self.method} {self.target} HTTP/1.{self.minor}"


def read_headers(stream: io.BufferedReader) -> Message:
    """Read headers until the empty line; raises MalformedRequest, HeadersTooLarge or OSError.

    A line that goes on in the next, a carriage return within a line, and white space before a
    colon are refused: readers take them differently. White space around a value is no part of it.
    """
    headers = Message()
    while (line := _line(stream)) != b"":
        if line is None or len(headers) == MAX_HEADERS:
            message = f"there may be {MAX_HEADERS} headers, of {MAX_LINE} bytes each"
            raise HeadersTooLarge(message)
        parts = _HEADER.fullmatch(line)
        if parts is None:
            message = "each header is one line: its name, a colon, its value"
            raise MalformedRequest(message)
        headers[parts[1].decode()] = parts[2].strip(b" \t").decode("latin-1")
    return headers


def _line(stream: io.BufferedReader) -> bytes | None:
    """Return a line without its end, None if it is too long; raises ConnectionResetError."""
    line = stream.readline(MAX_LINE + 1)
    if len(line) > MAX_LINE:
        return None
    if not line.endswith(b"\n"):
        raise ConnectionResetError
    return line[:-1].removesuffix(b"\r")
