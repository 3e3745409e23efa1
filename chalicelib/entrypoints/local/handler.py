"""A connection: requests are read within limits, each is answered, and nobody is waited for."""

from __future__ import annotations

import base64
import io
import logging
import socket
from contextlib import suppress
from email.message import Message
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn, Protocol

from chalicelib.entrypoints.http import errors
from chalicelib.entrypoints.http.problem_documents import answer
from chalicelib.entrypoints.http.request import correlation_id
from chalicelib.entrypoints.local.deadline import DeadlineReader
from chalicelib.entrypoints.local.framing import body_length, check_host

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from chalicelib.entrypoints.local.gateway import Gateway

logger = logging.getLogger(__name__)

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
MAX_LINE: Final = 65_536
"""Bytes of a request line; the standard library allows a header line as many, and 100 of these."""
_BODILESS: Final = frozenset({204, 304})
_LINGER: Final = 1.0
"""Seconds."""
_FOUND: Final[Mapping[int, type[errors.HttpError]]] = {
    400: errors.MalformedRequest,
    431: errors.HeadersTooLarge,
    505: errors.VersionNotSupported,
}
"""What the standard library may find wrong with a request, by its status."""


class Patience(NamedTuple):
    """How long a client may take, in seconds: to send a request, and between two."""

    request: float = 10.0
    idle: float = 30.0


class Owner(Protocol):
    """What a connection needs of the server that it belongs to."""

    gateway: Gateway
    patience: Patience
    stopping: bool

    def busy(self) -> AbstractContextManager[None]:
        """Count a request in as long as it is being answered."""


class Handler(BaseHTTPRequestHandler):
    """Serves one connection; a request that HTTP rules out gets a problem, and is the last."""

    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.0"  # 0.9, the library's, is answered without a status
    disable_nagle_algorithm = True
    wbufsize = -1  # an answer is one write
    rfile: io.BufferedReader
    server: Owner  # type: ignore[assignment] # the library says what it is, not what it does

    def setup(self) -> None:
        """Put the deadline between the socket and whoever reads."""
        super().setup()
        self.rfile.close()
        self._reader = DeadlineReader(self.connection)
        self.rfile = io.BufferedReader(self._reader)
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
        self.request_version = self.default_request_version
        self.raw_requestline = self.rfile.readline(MAX_LINE + 1)
        while self.raw_requestline in (b"\r\n", b"\n"):
            self.raw_requestline = self.rfile.readline(MAX_LINE + 1)
        if len(self.raw_requestline) > MAX_LINE:
            message = f"the request line may have at most {MAX_LINE} bytes"
            raise errors.TargetTooLong(message)
        if not self._parsed():
            message = "the request line is empty"
            raise errors.MalformedRequest(message)
        check_host(self.headers)
        length = self._body_length()
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionResetError
        return body

    def _parsed(self) -> bool:
        try:
            return self.parse_request()
        except (OSError, errors.HttpError):
            raise
        except Exception as error:
            # The library reads headers as those of an e-mail, and trips over some parameters.
            message = "its headers can't be read"
            raise errors.MalformedRequest(message) from error

    def _body_length(self) -> int:
        if self.command not in METHODS:
            message = f"{self.command[:50]} is none of {', '.join(sorted(METHODS))}"
            raise errors.MethodNotImplemented(message)
        return body_length(self.command, self.headers)

    def handle_expect_100(self) -> bool:
        """Ask for the body only if it will be read; raises HttpError."""
        self._body_length()
        super().handle_expect_100()
        self.wfile.flush()
        return True

    def send_error(self, code: int, message: str | None = None, explain: object = None) -> NoReturn:
        """Raise what the library has found wrong with a request, instead of answering in HTML."""
        raise _FOUND.get(code, errors.MalformedRequest)((message or "it is no HTTP")[:200])

    def _refusal(self, error: errors.HttpError) -> Mapping[str, Any]:
        self._refused = True
        self.close_connection = True
        asked = correlation_id(self.headers.get("x-correlation-id"))
        response = answer(error, asked)
        response.headers["X-Correlation-Id"] = asked
        return response.to_dict()

    def _send(self, answered: Mapping[str, Any]) -> None:
        self.connection.settimeout(self.server.patience.request)
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
        self.wfile.flush()

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
