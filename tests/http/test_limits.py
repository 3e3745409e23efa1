"""Requests that HTTP rules out: each gets its problem, and the connection ends."""

import json

import pytest

from chalicelib.entrypoints.http.request import MAX_BODY

POST = b"POST /things HTTP/1.1\r\nHost: localhost\r\n"
GET = b"GET /things/1 HTTP/1.1\r\nHost: localhost\r\n"


def outcome(answer):
    """Return the status and the type of the one problem document that an answer is."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    assert "content-type: application/problem+json" in lines
    assert "connection: close" in lines
    assert f"content-length: {len(body)}" in lines
    members = json.loads(body)
    assert lines[0].startswith(f"http/1.1 {members['status']} ")
    return members["status"], members["type"].removeprefix("/problems/")


@pytest.mark.parametrize(
    "length", ["", "Content-Length: \r\n", "Content-Length: x\r\n", "Content-Length: -1\r\n",
               "Content-Length: +1\r\n", "Content-Length: 1, 1\r\n", "Content-Length: 0x1\r\n",
               "Content-Length: 1\r\nContent-Length: 1\r\n"],
    ids=["missing", "empty", "word", "negative", "signed", "list", "hex", "twice"],
)  # fmt: skip
def test_a_length_is_one_number(exchange, length):
    """Two readers of the same bytes must not see two requests."""
    assert (400, "malformed-request") == outcome(exchange(POST + length.encode() + b"\r\nx"))


@pytest.mark.parametrize(
    "framing",
    [b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: x\r\nContent-Length: 1\r\n"],
    ids=["chunked", "both"],
)
def test_a_body_is_not_encoded(exchange, framing):
    """Its length is known from the start."""
    assert (
        411,
        "length-required",
    ) == outcome(exchange(POST + framing + b"\r\n1\r\nx\r\n0\r\n\r\n"))


@pytest.mark.parametrize(
    "value",
    [
        b"multipart/mixed; boundary*=us-ascii'en'a%00; boundary*0*=\x00",
        b"multipart/mixed; boundary*=a\x00b''c",
        b"multipart/mixed; boundary*" + b"9" * 5000 + b"=a",
        b"multipart/mixed; boundary*=a; boundary*0=b",
        b"multipart/mixed; boundary*0=a; boundary=b; boundary*=c",
    ],
    ids=["null", "charset", "digits", "both", "mixed"],
)
def test_headers_that_trip_the_parser_are_malformed(exchange, value):
    """The standard library takes a Content-Type for an e-mail's; what it can't read is refused."""
    sent = POST + b"Content-Type: " + value + b"\r\nContent-Length: x\r\n\r\n"
    assert (400, "malformed-request") == outcome(exchange(sent))


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "", "localhost.evil", "[::1]"]
)
def test_another_host_is_not_served(exchange, host):
    """A page whose name was made to lead here can't speak as the developer."""
    sent = f"GET /things/1 HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    assert (421, "misdirected-request") == outcome(exchange(sent))


@pytest.mark.parametrize("length", [MAX_BODY + 1, 10**30], ids=["above", "absurd"])
def test_a_body_has_a_limit(exchange, length):
    """It is refused by what it says of itself: the body is not waited for."""
    sent = POST + b"Content-Length: %d\r\n\r\nonly this" % length
    assert (413, "body-too-large") == outcome(exchange(sent))


def test_a_large_body_does_not_lose_the_answer(exchange):
    """A client that sends all of it before it reads still learns why it was refused."""
    sent = POST + b"Content-Length: %d\r\n\r\n" % (8 * MAX_BODY) + bytes(8 * MAX_BODY)
    assert (413, "body-too-large") == outcome(exchange(sent))


def test_a_body_at_the_limit_is_read(http):
    """The limit itself is allowed."""
    assert MAX_BODY == http.post("/things", content=bytes(MAX_BODY)).json()["size"]


def test_who_asks_first_need_not_send(exchange):
    """Expect: 100-continue gets the refusal instead of an invitation."""
    sent = POST + b"Expect: 100-continue\r\nContent-Length: 2000000\r\n\r\n"
    assert (413, "body-too-large") == outcome(exchange(sent))


def test_who_asks_first_is_invited(server, connect):
    """The body is sent after the interim answer."""
    connection = connect(server)
    connection.sendall(POST + b"Expect: 100-continue\r\nContent-Length: 1\r\n\r\n")
    assert b"HTTP/1.1 100 Continue\r\n\r\n" == connection.recv(1024)
    connection.sendall(b"x")
    assert connection.recv(1024).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", (414, "target-too-long")),
        (GET + b"A: " + b"x" * 70_000 + b"\r\n\r\n", (431, "headers-too-large")),
        (GET + b"A: b\r\n" * 200 + b"\r\n", (431, "headers-too-large")),
        (b"GET / HTTP/2.0\r\n\r\n", (505, "version-not-supported")),
        (b"GET / HTTP/x\r\n\r\n", (400, "malformed-request")),
        (b"GET\r\n\r\n", (400, "malformed-request")),
        (b"what is this, please?\r\n\r\n", (400, "malformed-request")),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", (400, "malformed-request")),
        (GET + b"Content-Length : 1\r\n\r\n", (400, "malformed-request")),
        (GET + b"no header\r\n\r\n", (400, "malformed-request")),
        (GET + b"A: b\r\n c\r\n\r\n", (400, "malformed-request")),
        (GET + b": b\r\n\r\n", (400, "malformed-request")),
    ],
    ids=["line", "header", "headers", "version", "no-version", "word", "prose", "tls",
         "space", "no-colon", "folded", "nameless"],
)  # fmt: skip
def test_what_is_no_http_is_a_problem(exchange, sent, expected):
    """Never a page of HTML, and never silence."""
    assert expected == outcome(exchange(sent))
