"""An HTTP server that answers what a test tells it to, sense or nonsense, at once or late."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HTML: Final = b"<!doctype html><title>Gateway</title>"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered, and after how many seconds; with ``drip``, in so many pieces that late."""

    status: int = 200
    body: bytes = b"{}"
    seconds: float = 0
    drip: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, data: object, status: int = 200) -> Answer:
        """Return data as JSON."""
        return cls(status, json.dumps(data).encode())


@dataclass(slots=True)
class Scripted:
    """A running one; ``asked`` are the requests so far: method, path or AWS's operation, body."""

    url: str
    answer: Callable[[str, str, bytes], Answer]
    asked: list[tuple[str, str, bytes]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    """Of the same requests."""


@contextmanager
def scripted(answer: Callable[[str, str, bytes], Answer]) -> Iterator[Scripted]:
    """Give a server that asks that function for each of its answers."""
    scripted = Scripted("", answer)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
            request = (self.command, operation or self.path, body)
            scripted.asked.append(request)
            scripted.headers.append(dict(self.headers.items()))
            self._send(scripted.answer(*request))

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - the names are the base class's

        def _send(self, answer: Answer) -> None:
            time.sleep(0 if answer.drip else answer.seconds)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body) + answer.drip))
            self.end_headers()
            try:
                for _ in range(answer.drip):
                    self.wfile.write(b" ")
                    time.sleep(answer.seconds)
                self.wfile.write(answer.body)
            except OSError:  # whoever asked has gone
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    scripted.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield scripted
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
