"""The local server on a free port; its app has the edge's middleware and a few views."""

from __future__ import annotations

import json
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest
from chalice.app import Chalice, Response

from chalicelib.entrypoints.http.middleware import boundary
from chalicelib.entrypoints.http.responses import answer
from chalicelib.entrypoints.http.routes import Routes
from chalicelib.entrypoints.local.server import LocalServer, Patience
from chalicelib.kernel.errors import Rejected
from chalicelib.wiring.settings import Settings
from tests.http.sockets import read_all
from tests.support.opensearch_indexes import settings_on

if TYPE_CHECKING:
    from chalicelib.entrypoints.http.request import Incoming


def echo(incoming: Incoming) -> Response:
    """Return what arrived."""
    arrived = {**incoming.captured, "parameters": incoming.parameters, "size": len(incoming.body)}
    return answer(json.dumps(arrived).encode(), {"ETag": '"1"'})


def refuse(incoming: Incoming) -> Response:
    """Return nothing, for a reason."""
    raise Rejected("too-late", "it is too late")


def fail(incoming: Incoming) -> Response:
    """Return nothing, for none."""
    raise ZeroDivisionError("the secret")


def unchanged(incoming: Incoming) -> Response:
    """Return no body."""
    return Response("", {"ETag": '"1"'}, 304)


def large(incoming: Incoming) -> Response:
    """Return more than a client takes that doesn't read."""
    return answer(bytes(64 << 20))


@pytest.fixture(name="app", scope="session")
def _app():
    routes = Routes(__name__)
    routes.get("/things/{id}", echo)
    routes.post("/things", echo)
    routes.get("/refused", refuse)
    routes.get("/failing", fail)
    routes.get("/unchanged", unchanged)
    routes.get("/large", large)
    app = Chalice("tests", configure_logs=False, env={})
    app.register_blueprint(routes)
    app.register_middleware(boundary(app.routes), "http")
    return app


@pytest.fixture(name="server", scope="session")
def _server(app):
    with LocalServer(app, port=0) as server:
        yield server


@pytest.fixture(name="impatient", scope="session")
def _impatient(app):
    """A server that waits a fifth of a second, so that tests needn't wait longer."""
    with LocalServer(app, port=0, patience=Patience(0.2, 0.2, 0.2)) as server:
        yield server


@pytest.fixture(name="http")
def _http(server):
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}") as client:
        yield client


@pytest.fixture(name="connect")
def _connect():
    """Open connections, and close them when the test is over."""
    opened: list[socket.socket] = []

    def connect(server: LocalServer) -> socket.socket:
        opened.append(socket.create_connection(("127.0.0.1", server.port), timeout=20))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture(name="exchange")
def _exchange(server, connect):
    """Send bytes and return all that comes back until the server closes."""

    def exchange(sent: bytes) -> bytes:
        connection = connect(server)
        connection.sendall(sent)
        return read_all(connection)

    return exchange


PLACES = ["sqlite", "opensearch"]


@contextmanager
def placed(request, folder):
    """Give settings of a system on an empty folder, with its read models there or on OpenSearch."""
    # What is asked of the past is asked by each test again.
    settings = Settings(data=folder / "data", temporal_rate=100_000)
    if request.param == "sqlite":
        yield settings
        return
    with settings_on(request.getfixturevalue("opensearch"), settings) as found:
        yield found


@pytest.fixture(name="either", scope="module", params=PLACES)
def _either(request, tmp_path_factory):
    """Such settings for a whole module."""
    with placed(request, tmp_path_factory.mktemp("either")) as settings:
        yield settings


@pytest.fixture(name="anew", params=PLACES)
def _anew(request, tmp_path):
    """Such settings for one test."""
    with placed(request, tmp_path) as settings:
        yield settings
