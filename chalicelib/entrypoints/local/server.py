"""The local server: threads, one for each connection, on a port of this machine only."""

from __future__ import annotations

import logging
import socket
import sys
import threading
import time
from contextlib import contextmanager, suppress
from http.server import ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any, Final, Self

from chalice.config import Config

from chalicelib.entrypoints.local.gateway import Gateway
from chalicelib.entrypoints.local.handler import Handler, Patience
from chalicelib.wiring.settings import DEFAULT_CONNECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from chalice.app import Chalice

logger = logging.getLogger(__name__)

HOST: Final = "127.0.0.1"
_POLL: Final = 0.05
"""Seconds between two looks at whether to stop."""
_DRAIN: Final = 8.0
"""Seconds at most that requests get to be answered before the server stops; many who stop a process
kill it after ten."""


class Listener(ThreadingHTTPServer):
    """Accepts connections, so many at a time, and knows how many requests are being answered.

    The interpreter waits for the threads: what a thread has of the policies must end in it.
    """

    request_queue_size = 1024  # who finds this queue full is reset, or comes a second later
    daemon_threads = False
    block_on_close = False

    def __init__(self, app: Chalice, port: int, patience: Patience, connections: int) -> None:
        self.gateway = Gateway(app, Config.create(chalice_app=app))
        self.patience = patience
        self.stopping = False
        self._busy = 0
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(connections)
        self._open: set[socket.socket] = set()
        super().__init__((HOST, port), Handler)

    def server_bind(self) -> None:
        """Bind without the look-up of the host's name, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection if there is a place for it; till then it waits in the system's queue.

        Raises OSError if there is none, after a while: else whoever asks would ask without end.
        """
        if not self._places.acquire(timeout=_POLL):
            message = "no place"
            raise TimeoutError(message)
        try:
            connection, address = super().get_request()
        except OSError as error:
            self._places.release()
            logger.warning("no connection can be accepted: %s", error)
            time.sleep(_POLL)
            raise
        with self._lock:
            self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Close a connection, and give its place to another."""
        with self._lock:
            self._open.remove(request)
        super().shutdown_request(request)
        self._places.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Log what nobody has foreseen; that a client has gone is nothing of that kind."""
        error = sys.exception()
        if not isinstance(error, OSError):
            logger.error("a connection broke", exc_info=error)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count a request in as long as it is answered; raises OSError once the server stops."""
        with self._lock:
            if self.stopping:
                raise ConnectionAbortedError
            self._busy += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1

    def drain(self, seconds: float) -> None:
        """Take no request more, wait that long at most for those being answered, then hang up.

        Nothing more is read: who is idle, or still sends a request, is not waited for.
        """
        with self._lock:
            self.stopping = True
        self._hang_up(socket.SHUT_RD)
        deadline = time.monotonic() + seconds
        while self._busy and time.monotonic() < deadline:
            time.sleep(_POLL)
        self._hang_up(socket.SHUT_RDWR)

    def _hang_up(self, how: int) -> None:
        with self._lock:
            for connection in self._open:
                with suppress(OSError):  # the client was faster
                    connection.shutdown(how)


class LocalServer:
    """Binds its port when it is made, serves as long as it is entered."""

    def __init__(
        self,
        app: Chalice,
        port: int,
        patience: Patience | None = None,
        connections: int = DEFAULT_CONNECTIONS,
    ) -> None:
        """Raise OSError if the port can't be had; 0 takes any free one."""
        self._listener = Listener(app, port, patience or Patience(), connections)
        serve = self._listener.serve_forever
        self._thread = threading.Thread(target=serve, args=(_POLL,), daemon=True)

    @property
    def port(self) -> int:
        """The port it has."""
        return self._listener.server_port

    def __enter__(self) -> Self:
        """Serve in the background."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Accept nothing more, finish what is being answered, stop."""
        self._listener.shutdown()
        self._listener.server_close()  # who waits to be accepted needn't wait for the others
        self._listener.drain(_DRAIN)
