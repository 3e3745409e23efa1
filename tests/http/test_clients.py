"""Clients that are slow, gone, old, or stay."""

import errno
import logging
import threading
import time
from socketserver import TCPServer

import pytest
from chalice.app import Chalice

from chalicelib.entrypoints.http.middleware import boundary
from chalicelib.entrypoints.http.responses import answer
from chalicelib.entrypoints.http.routes import Routes
from chalicelib.entrypoints.local.server import LocalServer
from tests.http.sockets import read_all

GET = b"GET /things/1 HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /things HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"


@pytest.fixture(name="waiting")
def _waiting():
    """An app whose one view tells that it was begun, and waits until it may go on."""
    begun, go_on = threading.Event(), threading.Event()

    def wait(incoming):
        begun.set()
        assert go_on.wait(20)
        return answer(incoming.body)

    routes = Routes(__name__)
    routes.get("/things/{id}", wait)
    app = Chalice("waiting", configure_logs=False, env={})
    app.register_blueprint(routes)
    app.register_middleware(boundary(app.routes), "http")
    yield app, begun, go_on
    go_on.set()


def test_a_client_that_says_nothing_is_let_go(impatient, connect):
    """Without an answer, as it has asked nothing."""
    assert b"" == read_all(connect(impatient))


def test_a_client_that_stays_may_ask_again(server, connect):
    """One connection serves requests one after the other, sent together or not."""
    connection = connect(server)
    connection.sendall(GET + b"\r\n")
    assert connection.recv(65_536).endswith(b'"size": 0}')
    connection.sendall(GET + b"\r\n" + GET + b"Connection: close\r\n\r\n")
    assert 2 == read_all(connection).count(b'{"id": "1", ')


def test_a_refused_command_does_not_become_the_next_request(server, connect):
    """A body that nobody wanted is read all the same, or the connection ends."""
    connection = connect(server)
    body = GET + b"\r\n"
    head = POST.replace(b"things", b"nothing").replace(b"100", b"%d" % len(body))
    connection.sendall(head + body)
    connection.sendall(GET + b"Connection: close\r\n\r\n")
    answers = read_all(connection)
    assert (1, 1) == (answers.count(b"HTTP/1.1 404 "), answers.count(b"HTTP/1.1 200 "))


@pytest.mark.parametrize(
    ("sent", "connection_header"),
    [
        (b"GET /things/1 HTTP/1.0\r\n\r\n", b"close"),
        (GET + b"Connection: close\r\n\r\n", b"close"),
    ],
    ids=["1.0", "1.1"],
)
def test_an_old_client_reads_until_the_end(exchange, sent, connection_header):
    """The answer has a status line in any case, and the connection ends with it."""
    answer = exchange(sent)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nConnection: " + connection_header + b"\r\n" in answer


def test_an_old_client_may_stay(server, connect):
    """If it asks to, and then it's told that it may."""
    connection = connect(server)
    for _ in range(2):
        connection.sendall(b"GET /things/1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        assert b"\r\nConnection: keep-alive\r\n" in connection.recv(65_536)


def test_a_client_that_takes_its_time_to_read_is_let_go(impatient, connect):
    """It takes a little again and again, so no single wait is long; the answer as a whole is."""
    before = set(threading.enumerate())
    connection = connect(impatient)
    connection.sendall(GET.replace(b"/things/1", b"/large") + b"\r\n")
    assert connection.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")
    (thread,) = set(threading.enumerate()) - before
    received = 0
    while thread.is_alive():
        received += len(connection.recv(200_000))
        thread.join(timeout=0.01)
    assert received + len(read_all(connection)) < 64 << 20


def test_there_are_so_many_connections_at_a_time(app, connect):
    """One more waits until another goes; those that are there are served meanwhile."""
    with LocalServer(app, port=0, connections=2) as server:
        first, second, third = (connect(server) for _ in range(3))
        for connection in (third, first, second, first, second):
            connection.sendall(GET + b"\r\n")
            if connection is not third:
                assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
        assert 2 == len(server._listener._open)
        first.close()
        assert third.recv(65_536).startswith(b"HTTP/1.1 200 ")


def test_a_connection_that_can_not_be_accepted_takes_no_place(app, connect, monkeypatch, caplog):
    """As when no file descriptor is left: it is tried again, not at once, and logged."""
    errors = [OSError(errno.EMFILE, "too many open files")] * 3
    accept = TCPServer.get_request

    def get_request(server):
        if errors:
            raise errors.pop()
        return accept(server)

    monkeypatch.setattr(TCPServer, "get_request", get_request)
    with LocalServer(app, port=0, connections=1) as server:
        connection = connect(server)
        connection.sendall(GET + b"\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
    assert 3 == caplog.text.count("no connection can be accepted")


def test_clients_that_dawdle_hold_nobody_up(server, connect, http):
    """Each has a thread of its own."""
    for _ in range(50):
        connect(server).sendall(POST)
    assert 200 == http.get("/things/1").status_code


def test_a_request_is_one_line_for_those_who_debug(http, caplog):
    """And none for others."""
    with caplog.at_level(logging.DEBUG, logger="chalicelib"):
        http.get("/things/1?a=b")
    lines = [record for record in caplog.records if record.name.startswith("chalicelib")]
    assert [logging.DEBUG] == [record.levelno for record in lines]
    assert '"GET /things/1?a=b HTTP/1.1" 200' in lines[0].getMessage()


def test_a_port_is_had_by_one(server, app):
    """Who comes second is told, instead of getting half of the requests."""
    with pytest.raises(OSError, match="in use"):
        LocalServer(app, server.port)


def test_only_this_machine_is_served(server):
    """The developer's identity needs no proof, so nobody else may borrow it."""
    assert ("127.0.0.1", server.port) == server._listener.server_address


def until_gone(connection):
    """Return what comes until the other side closes; what it has not read, it resets."""
    try:
        return read_all(connection)
    except ConnectionResetError:
        return b""


def test_a_server_that_stops_answers_what_it_has_begun(waiting, connect):
    """It waits for that, takes nothing more meanwhile, and for half a request it does not wait."""
    app, begun, go_on = waiting
    server = LocalServer(app, port=0)
    server.__enter__()
    asking, idle, half = (connect(server) for _ in range(3))
    half.sendall(POST)
    asking.sendall(GET + b"\r\n" + GET + b"\r\n")
    assert begun.wait(20)

    stopping = threading.Thread(target=server.__exit__, args=(None, None, None))
    stopping.start()
    assert [b"", b""] == [until_gone(idle), until_gone(half)]
    while not server._listener.stopping:  # the port is closed a moment before
        time.sleep(0.01)
    assert stopping.is_alive()
    go_on.set()

    assert 1 == read_all(asking).count(b"HTTP/1.1 200 ")
    stopping.join()


def test_a_server_that_stops_leaves_its_port(app, connect):
    """Idle connections don't keep it, and get no more answers."""
    with LocalServer(app, port=0) as server:
        connection = connect(server)
        connection.sendall(GET + b"\r\n")
        assert connection.recv(65_536)
    connection.sendall(GET + b"\r\n")
    assert b"" == connection.recv(65_536)
    with LocalServer(app, server.port):
        pass
