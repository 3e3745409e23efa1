"""A connection: requests are read within limits, each is answered, and nobody is waited for."""

from __future__ import annotations

import base64
import io
import logging
import socket
from contextlib import suppress
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from chalicelib.entrypoints.http import errors
from chalicelib.entrypoints.http.problem_documents import answer
from chalicelib.entrypoints.http.request import correlation_id
from chalicelib.entrypoints.local.deadline import DeadlineReader
from chalicelib.entrypoints.local.framing import (
    addressed,
    body_length,
    expects_invitation,
    persistent,
)
from chalicelib.entrypoints.local.head import RequestLine, read_headers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from chalicelib.entrypoints.local.gateway import Gateway

logger = logging.getLogger(__name__)

_BODILESS: Final = frozenset({204, 304})
_LINGER: Final = 1.0
"""Seconds."""


class Patience(NamedTuple):
    """How long a client may take, in seconds: for a request, between two, and for an answer."""

    request: float = 10.0
    idle: float = 30.0
    answer: float = 30.0


class Owner(Protocol):
    """What a connection needs of the server that it belongs to."""

    gateway: Gateway
    patience: Patience
    stopping: bool

    def busy(self) -> AbstractContextManager[None]:
        """Count a request in as long as it is answered; raises OSError once it stops."""


class Handler(BaseHTTPRequestHandler):
    """Serves one connection; a request that HTTP rules out gets a problem, and is the last."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    rfile: io.BufferedReader
    wfile: io.BytesIO
    server: Owner  # type: ignore[assignment] # the library says what it is, not what it does

    def setup(self) -> None:
        """Put the deadline between the socket and whoever reads."""
        super().setup()
        self.rfile.close()
        self._reader = DeadlineReader(self.connection)
        self.rfile = io.BufferedReader(self._reader)
        self.wfile = io.BytesIO()
        self._refused = False

    def handle_one_request(self) -> None:
        """Wait for a request, read it, answer it."""
        try:
            self._reader.allow(self.server.patience.idle)
            if not self.rfile.peek(1) or self.server.stopping:
                self.close_connection = True
                return
            with self.server.busy():
                self._send(self._answer())
        except OSError:  # the client has gone, stays silent, or doesn't take its answer
            self.close_connection = True

    def _answer(self) -> Mapping[str, Any]:
        try:
            body = self._read()
            return self.server.gateway.respond(self.command, self.path, self.headers, body)
        except TimeoutError:
            seconds = self.server.patience.request
            return self._refusal(
                errors.RequestTimeout(f"send a request within {seconds:g} seconds")
            )
        except errors.HttpError as error:
            return self._refusal(error)

    def _read(self) -> bytes:
        """Read a request and return its body; raises HttpError or OSError."""
        self._reader.allow(self.server.patience.request)
        self.requestline, self.command, self.headers = "", "", Message()
        self.request_version = self.protocol_version
        line = RequestLine.read(self.rfile)
        self.requestline, self.command = str(line), line.method
        self.headers = read_headers(self.rfile)
        self.path = addressed(line, self.headers)
        self.close_connection = not persistent(line, self.headers)
        length = body_length(self.path, self.headers)
        if length and expects_invitation(line, self.headers):
            self.send_response_only(HTTPStatus.CONTINUE)
            self.end_headers()
            self._flush()
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionResetError
        return body

    def _refusal(self, error: errors.HttpError) -> Mapping[str, Any]:
        self._refused = True
        self.close_connection = True
        given = self.headers.get_all("x-correlation-id", [])
        asked = correlation_id(given[0] if len(given) == 1 else None)
        response = answer(error, asked)
        response.headers["X-Correlation-Id"] = asked
        return response.to_dict()

    def _send(self, answered: Mapping[str, Any]) -> None:
        body = answered["body"].encode()
        if answered.get("isBase64Encoded"):
            body = base64.b64decode(body)
        self.send_response(answered["statusCode"])
        for name, value in answered["headers"].items():
            self.send_header(name, value)
        for name, values in answered["multiValueHeaders"].items():
            for value in values:
                self.send_header(name, value)
        if answered["statusCode"] not in _BODILESS:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close" if self.close_connection else "keep-alive")
        self.end_headers()
        if self.command != "HEAD" and answered["statusCode"] not in _BODILESS:
            self.wfile.write(body)
        self._flush()

    def _flush(self) -> None:
        """Send what was written, as a whole and within the time for it; raises OSError."""
        self.connection.settimeout(self.server.patience.answer)
        self.connection.sendall(self.wfile.getvalue())  # the timeout is that of all of it
        self.wfile = io.BytesIO()

    def finish(self) -> None:
        """Close; after a refusal the client gets time to read it.

        To close on bytes that nobody has read would reset the connection, and lose the answer.
        """
        if self._refused:
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_WR)
                self._reader.allow(_LINGER)
                while self._reader.read(65_536):
                    pass
        super().finish()

    def version_string(self) -> str:
        """Tell no versions."""
        return "nexus"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Keep the access log for those who debug."""
        logger.debug(format, *args)
