"""HTTP between a client and whoever answers in the place of a node."""

from __future__ import annotations

import json
import socket
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_JSON: Final = "application/json"
_LINES: Final = 2
"""Of one document in a bulk."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request."""

    method: str
    path: str
    type: str
    body: bytes

    @property
    def is_bulk(self) -> bool:
        """Whether it puts documents."""
        return "/_bulk" in self.path

    @property
    def kind(self) -> str:
        """What is asked for, as the actor of faults."""
        question = self.path.partition("?")[0].rpartition("/")[2]
        return question.strip("_") if question.startswith("_") else self.method

    def halves(self) -> tuple[Asked, int]:
        """Return the first half of a bulk, and how many documents the other one has."""
        lines = self.body.splitlines(keepends=True)
        documents = len(lines) // _LINES
        taken = documents // 2
        return replace(self, body=b"".join(lines[: taken * _LINES])), documents - taken


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer."""

    status: int
    body: bytes
    type: str

    @classmethod
    def of(cls, data: object, status: int = 200) -> Answer:
        """Return data as JSON."""
        return cls(status, json.dumps(data).encode(), _JSON)


class Cut(Exception):
    """The connection breaks: without an answer, or within this one."""

    def __init__(self, within: Answer | None = None) -> None:
        super().__init__(within)
        self.within = within


@contextmanager
def served(answer: Callable[[Asked], Answer]) -> Iterator[str]:
    """Give the URL at which that function answers, which raises Cut to break a connection."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 2**16
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(self.command, self.path, self.headers.get("Content-Type", ""), body)
            try:
                self._send(answer(asked))
            except Cut as cut:
                if cut.within is not None:
                    self._send(cut.within, len(cut.within.body) // 2)
                    self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

        do_POST = do_PUT = do_DELETE = do_HEAD = do_GET  # noqa: N815 - the names are the base class's

        def _send(self, told: Answer, upto: int | None = None) -> None:
            self.send_response(told.status)
            self.send_header("Content-Type", told.type)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body[:upto])

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Say nothing of connections that the other side has broken."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
