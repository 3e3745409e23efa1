"""Clients that are slow, gone, old, or stay."""

import logging
import threading

import pytest

from chalicelib.entrypoints.local.server import LocalServer
from tests.http.sockets import read_all, reset

GET = b"GET /things/1 HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /things HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"


def trickle(connection, started):
    """Send a byte every few milliseconds until something comes back, and return that."""
    connection.sendall(started)
    connection.settimeout(0.02)
    for _ in range(1000):
        try:
            return connection.recv(65_536)
        except TimeoutError:
            connection.sendall(b"x")
    return b"nothing"


@pytest.mark.parametrize(
    "started",
    [b"G", b"GET /things/1 HT", GET + b"A: ", POST],
    ids=["byte", "line", "header", "body"],
)
def test_a_slow_client_is_sent_away(impatient, connect, started):
    """Each byte comes in time, the request doesn't: it's the whole that is timed."""
    answer = trickle(connect(impatient), started)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"type":"/problems/request-timeout"' in answer


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
    connection.sendall(b"POST /nothing HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    connection.sendall(GET + b"Connection: close\r\n\r\n")
    answers = read_all(connection)
    assert (1, 1) == (answers.count(b"HTTP/1.1 404 "), answers.count(b"HTTP/1.1 200 "))


@pytest.mark.parametrize(
    ("sent", "connection_header"),
    [
        (b"GET /things/1 HTTP/1.0\r\n\r\n", b"close"),
        (b"GET /things/1\r\n\r\n", b"close"),
        (GET + b"Connection: close\r\n\r\n", b"close"),
    ],
    ids=["1.0", "none", "1.1"],
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


@pytest.mark.parametrize(
    "sent", [b"", b"GET /th", GET, POST + b"half", GET + b"\r\n"],
    ids=["nothing", "line", "headers", "body", "request"],
)  # fmt: skip
def test_a_client_that_hangs_up_leaves_nothing_behind(
    server, connect, exchange, sent, caplog, capfd
):
    """No thread, and no traceback: it happens all the time."""
    before = set(threading.enumerate())
    with caplog.at_level(logging.INFO):
        connection = connect(server)
        connection.sendall(sent)
        reset(connection)
        exchange(GET + b"Connection: close\r\n\r\n")  # by now the other one has had its thread
        for thread in set(threading.enumerate()) - before:
            thread.join(timeout=10)
            assert not thread.is_alive()
    assert ("", "") == (caplog.text, capfd.readouterr().err)


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
