"""What is at a limit, and what is spelled in a way that HTTP allows, is served."""

import pytest

from chalicelib.entrypoints.http.request import MAX_BODY
from chalicelib.entrypoints.local.head import MAX_HEADERS, MAX_LINE

POST = b"POST /things HTTP/1.1\r\nHost: localhost\r\n"
GET = b"GET /things/1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"


def test_a_large_body_does_not_lose_the_answer(exchange):
    """A client that sends all of it before it reads still learns why it was refused."""
    sent = POST + b"Content-Length: %d\r\n\r\n" % (8 * MAX_BODY) + bytes(8 * MAX_BODY)
    assert exchange(sent).startswith(b"HTTP/1.1 413 ")


def test_a_body_at_the_limit_is_read(http):
    """The limit itself is allowed."""
    assert MAX_BODY == http.post("/things", content=bytes(MAX_BODY)).json()["size"]


def test_headers_at_the_limit_are_read(exchange):
    """As many as there may be, and one as long as it may be."""
    long = b"A: " + b"x" * (MAX_LINE - 5) + b"\r\n"
    sent = GET + long + b"B: \r\n" * (MAX_HEADERS - 3) + b"\r\n"
    assert exchange(sent).startswith(b"HTTP/1.1 200 ")
    assert exchange(GET + b"x" + long + b"\r\n").startswith(b"HTTP/1.1 431 ")


def test_who_asks_first_is_invited(server, connect):
    """The body is sent after the interim answer."""
    connection = connect(server)
    connection.sendall(POST + b"Expect: 100-Continue\r\nContent-Length: 1\r\n\r\n")
    assert b"HTTP/1.1 100 Continue\r\n\r\n" == connection.recv(1024)
    connection.sendall(b"x")
    assert connection.recv(1024).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "sent",
    [
        b"GET http://localhost:8000/things/1?a=b HTTP/1.1\r\nHost: localhost:8000\r\n",
        b"GET HTTP://LOCALHOST/things/1?a=b HTTP/1.1\r\nHost: proxy.example\r\n",
        b"GET //things/1?a=b HTTP/1.1\r\nHost: localhost\r\n",
        b"\r\n\nGET /things/1?a=b HTTP/1.1\r\nHost: localhost\r\n",
        b"GET /things/1?a=b HTTP/1.1\nHost: localhost\n",
        b"GET /things/1?a=b HTTP/1.1\r\nhOST:localhost\t \r\nContent-Length: \t0 \r\n",
        b"GET /things/1?a=b HTTP/1.9\r\nHost: 127.0.0.1:1\r\nA: \x80\xff\r\nA:\r\n",
    ],
    ids=["absolute", "absolute-only", "slashes", "blank-lines", "line-feeds", "spaces", "1.9"],
)
def test_what_http_allows_is_understood(exchange, sent):
    """RFC 9112: a target with its host, white space around values, and what comes after 1.1."""
    end = b"Connection: x, \tCLOSE\r\n\r\n"
    answer = exchange(sent + end)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b'{"id": "1", "parameters": [["a", "b"]], "size": 0}')


def test_a_host_alone_is_its_root(exchange):
    """An absolute target without a path asks for it, and there is nothing."""
    for target in (b"http://localhost", b"http://localhost?a=b", b"*"):
        sent = GET.replace(b"/things/1", target) + b"\r\n"
        assert exchange(sent).startswith(b"HTTP/1.1 404 ")
