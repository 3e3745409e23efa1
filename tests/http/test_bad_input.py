"""All bad input, in one place: each is told what is wrong, changes nothing, and harms nobody."""

import json
import random
import string
import threading
from urllib.parse import quote

import pytest

from chalicelib.entrypoints.http import create_app
from chalicelib.entrypoints.http.request import MAX_BODY
from chalicelib.entrypoints.local.server import LocalServer, Patience
from chalicelib.wiring import use
from chalicelib.wiring.embedded import Embedded
from chalicelib.wiring.settings import Settings
from tests.http.messages import HOST, get, message, problem
from tests.http.sockets import read_all, reset
from tests.support.client import Client

pytestmark = [pytest.mark.requirement("T5"), pytest.mark.requirement("R2")]

PLACED = {"orderId": "o-1", "customerId": "c-1", "totalAmount": 99.99}
"""The one order that there is, placed with the idempotency key k-1."""
ORDER = {**PLACED, "orderId": "new"}
LINE = {"productId": "p", "quantity": 1, "unitPrice": 1}
JSON = "Content-Type: application/json"
PLACE = "/api/commands/PlaceOrder"
BAD_IDS = {
    "empty": "", "129": "x" * 129, "1000": "x" * 1000, "dot": ".", "dots": "..", "slash": "a/b",
    "quote": "a'b", "double-quote": 'a"b', "space": "a b", "line": "a\nb", "null": "a\0b",
    "escape": "\x1b[31m", "emoji": "\N{GRINNING FACE}",
    "accent": "\N{LATIN SMALL LETTER E WITH ACUTE}", "unnormalised": "e\N{COMBINING ACUTE ACCENT}",
    "full-width": "\N{FULLWIDTH LATIN SMALL LETTER A}", "percent": "%41",
    "invisible": "a\N{ZERO WIDTH SPACE}",
}  # fmt: skip
BAD_PATHS = {
    **{name: quote(text, safe="") for name, text in BAD_IDS.items() if text not in ("", "%41")},
    "encoded-twice": "%2541", "half-encoded": "%", "no-utf-8": "%FF", "parameter": "a;b",
}  # fmt: skip


def post(body, *headers, to=PLACE):
    """A command, or what should be one; its type is JSON unless a header says otherwise."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    typed = headers if "Content-Type" in "".join(headers) else (JSON, *headers)
    return message("POST", to, *typed, body=text)


def pay(*headers, order_id="o-1", amount=1):
    """A payment."""
    body = {"orderId": order_id, "paymentId": "p", "amount": amount}
    return post(body, *headers, to="/api/commands/PayOrder")


def raw(*lines, body=b""):
    """Lines as they are."""
    return b"".join(line.encode("latin-1") + b"\r\n" for line in (*lines, "")) + body


def order(**members):
    return post({**ORDER, **members})


def number(text):
    """An order whose amount is written so."""
    return post(json.dumps(ORDER).replace("99.99", text).encode())


def too_large_order():
    """An order that is beyond 400 KB however it is packed."""
    chance = random.Random(1)
    alphabet = string.ascii_letters + string.digits
    lines = [{**LINE, "productId": "".join(chance.choices(alphabet, k=128))} for _ in range(5000)]
    return {**ORDER, "totalAmount": 5000, "lines": lines}


def cases(status, kind, table):
    """Rows of (status, type, what is sent, what the answer must name)."""
    return [pytest.param(status, kind, *row, id=f"{kind}-{name}") for name, row in table.items()]


def invalid(prefix, table, make):
    """Rows of what is sent as a table has it, and the answer must name."""
    rows = {f"{prefix}-{name}": (make(bad), said) for name, (bad, said) in table.items()}
    return cases(400, "invalid-input", rows)


TEXTS = {
    "nothing": (b"", "line 1, column 1"),
    "half": (b'{"orderId": "new', "not JSON, at line 1"),
    "comma": (b'{\n"orderId": "new",\n}', "not JSON, at line 2"),
    "apostrophes": (b"{'orderId': 1}", "not JSON"),
    "two": (b"{} {}", "line 1, column 4"),
    "tab": (b'{"orderId": "a\tb"}', "control character"),
    "escape": (b'{"orderId": "\\x41"}', "escape sequence"),
    "latin-1": (b'{"orderId": "\xe9"}', "not UTF-8, at byte 13"),
    "utf-16": (json.dumps(ORDER).encode("utf-16"), "not UTF-8, at byte 0"),
    "mark": (b"\xef\xbb\xbf" + json.dumps(ORDER).encode(), "byte order mark"),
    "garbled-mark": ("\u00ef\u00bb\u00bf{}".encode(), "byte order mark"),
    "deep": (b"[" * 33 + b"]" * 33, "more than 32 levels"),
    "very-deep": (b'{"a":[' * 50_000, "more than 32 levels"),
    "array": (b"[]", "must be an object"),
    "text": (b'"order"', "must be an object"),
    "number": (b"5", "must be an object"),
    "null": (b"null", "must be an object"),
    "twice": (b'{"orderId":"a","orderId":"b"}', "the name 'orderId' twice"),
    "twice-escaped": (b'{"orderId":"a","\\u006frderId":"b"}', "the name 'orderId' twice"),
}
FIELDS = {
    "unknown": ({**ORDER, "colour": "red"}, "/colour"),
    "another-spelling": ({**ORDER, "order_id": "new"}, "/order_id"),
    "missing": ({"orderId": "new", "totalAmount": 1}, "/customerId"),
    "none": ({}, "/orderId"),
    "number-for-text": ({**ORDER, "customerId": 5}, "/customerId"),
    "null-for-text": ({**ORDER, "customerId": None}, "/customerId"),
    "text-for-number": ({**ORDER, "totalAmount": "99.99"}, "/totalAmount"),
    "flag-for-number": ({**ORDER, "totalAmount": True}, "/totalAmount"),
    "object-for-array": ({**ORDER, "lines": {}}, "/lines"),
    "deep-inside": ({**ORDER, "lines": [{**LINE, "quantity": 1.5}]}, "/lines/0/quantity"),
    "too-many": ({**ORDER, "lines": [1] * 5001}, "/lines"),
    "currency": ({**ORDER, "currency": "usd"}, "/currency"),
}  # fmt: skip
AMOUNTS = {
    "nan": ("NaN", "not JSON"),
    "infinity": ("Infinity", "not JSON"),
    "minus-infinity": ("-Infinity", "not JSON"),
    "signed": ("+1", "not JSON"),
    "zeros": ("007", "not JSON"),
    "negative": ("-1", "/totalAmount"),
    "nothing": ("0", "/totalAmount"),
    "three-decimals": ("99.999", "/totalAmount"),
    "small": ("1e-3", "/totalAmount"),
    "13-digits": ("1000000000000", "/totalAmount"),
    "15-digits": ("999999999999.999", "/totalAmount"),
    "exponent": ("1e13", "/totalAmount"),
    "absurd": ("1e999999999", "more than 100 digits"),
    "long": ("1" * 1000, "more than 100 digits"),
}
HEADERS = {
    "key": ("Idempotency-Key: a b", "Idempotency-Key"),
    "key-empty": ("Idempotency-Key:", "Idempotency-Key"),
    "key-long": ("Idempotency-Key: " + "x" * 129, "Idempotency-Key"),
    "key-latin-1": ("Idempotency-Key: \u00e9", "Idempotency-Key"),
    "key-twice": ("Idempotency-Key: k\r\nIdempotency-Key: k", "Idempotency-Key"),
    "match-any": ("If-Match: *", "If-Match"),
    "match-weak": ('If-Match: W/"1"', "If-Match"),
    "match-bare": ("If-Match: 1", "If-Match"),
    "match-twice": ('If-Match: "1"\r\nIf-Match: "2"', "If-Match"),
    "effective": ("Nexus-Effective-At: yesterday", "Nexus-Effective-At"),
    "effective-no-zone": ("Nexus-Effective-At: 2026-01-01T00:00:00", "Nexus-Effective-At"),
    "correlation": ("X-Correlation-Id: a b", "X-Correlation-Id"),
    "correlation-twice": ("X-Correlation-Id: a\r\nX-Correlation-Id: b", "X-Correlation-Id"),
}
QUERIES = {
    "stream-cursor": ("/api/streams/Order/o-1?cursor=2-1", "cursor"),
    "stream-limit": ("/api/streams/Order/o-1?limit=10000", "limit"),
    "stream-field": ("/api/streams/Order/o-1?status=paid", "status"),
}
LENGTHS = {
    "empty": ["Content-Length: "], "word": ["Content-Length: x"],
    "negative": ["Content-Length: -1"], "signed": ["Content-Length: +1"],
    "list": ["Content-Length: 1, 1"], "hex": ["Content-Length: 0x1"],
    "superscript": ["Content-Length: \u00b2"],
    "twice": ["Content-Length: 1", "Content-Length: 1"],
}  # fmt: skip
FIRST_LINES = {
    "word": "GET",
    "prose": "what is this, please?",
    "tls": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
    "no-version": "GET /health",
    "version-0.9": "GET /health HTTP/0.9",
    "version-2": "GET /health HTTP/2.0",
    "version-word": "GET /health HTTP/x",
    "version-long": "GET /health HTTP/1.10",
    "two-spaces": "GET  /health HTTP/1.1",
    "tabs": "GET\t/health\tHTTP/1.1",
    "return": "GET /health\rHTTP/1.1",
    "path-8-bit": "GET /api/orders/\xc3\xa9 HTTP/1.1",
}
TARGETS = {
    "relative": "health",
    "fragment": "/health#top",
    "other-scheme": "ftp://localhost/health",
}
HEADER_LINES = {
    "space-before-colon": ["Content-Length : 1"], "no-colon": ["no header"], "nameless": [": b"],
    "folded": ["A: b", " c"], "folded-at-once": [" c"], "return": ["A: b\rContent-Length: 1"],
    "null": ["A: b\0c"], "8-bit-name": ["\xe9: b"],
}  # fmt: skip
MALFORMED = {
    **{f"line-{name}": (raw(line, HOST), "first line") for name, line in FIRST_LINES.items()},
    **{f"target-{name}": (get(target), "a path") for name, target in TARGETS.items()},
    "target-authority": (message("CONNECT", "localhost:80"), "a path"),
    **{f"header-{name}": (raw("GET /health HTTP/1.1", *lines, HOST), "each header is one line")
       for name, lines in HEADER_LINES.items()},
    "no-host": (raw("GET /health HTTP/1.1"), "one Host"),
    "two-hosts": (raw("GET /health HTTP/1.1", HOST, HOST), "one Host"),
    **{f"length-{name}": (raw(f"POST {PLACE} HTTP/1.1", HOST, JSON, *lines, body=b"{"),
                          "one Content-Length") for name, lines in LENGTHS.items()},
}  # fmt: skip
OTHER_HOSTS = {
    "name": raw("GET /health HTTP/1.1", "Host: evil.example"),
    "port": raw("GET /health HTTP/1.1", "Host: evil.example:8000"),
    "none": raw("GET /health HTTP/1.1", "Host:"),
    "longer": raw("GET /health HTTP/1.1", "Host: localhost.evil"),
    "v6": raw("GET /health HTTP/1.1", "Host: [::1]"),
    "target": raw("GET http://evil.example/health HTTP/1.1", HOST),
    "user": raw("GET http://localhost@evil.example/health HTTP/1.1", HOST),
    "asks-first": raw(f"POST {PLACE} HTTP/1.1", "Host: evil.example", "Expect: 100-continue",
                      "Content-Length: 9"),
}  # fmt: skip
BAD = [
    *invalid("text", TEXTS, post),
    *cases(400, "invalid-input", {
        "text-of-no-length": (raw(f"POST {PLACE} HTTP/1.1", HOST, JSON, "Connection: close"),
                              "line 1, column 1"),
    }),
    *invalid("field", FIELDS, post),
    *invalid("amount", AMOUNTS, number),
    *invalid("id", {name: (text, "/orderId") for name, text in BAD_IDS.items()},
             lambda text: order(orderId=text)),
    *invalid("header", HEADERS, lambda line: post(ORDER, line)),
    *invalid("query", QUERIES, get),
    *invalid("path", {name: (text, "orderId") for name, text in BAD_PATHS.items()},
             lambda text: get(f"/api/orders/{text}")),
    *invalid("token", {"word": ("x", "Nexus-Consistency")},
             lambda text: get("/api/orders", f"Nexus-Consistency: {text}")),
    *cases(400, "malformed-request", MALFORMED),
    *cases(404, "not-found", {
        "command": (post(ORDER, to="/api/commands/FlyOrder"), "FlyOrder"),
        "command-case": (post(ORDER, to="/api/commands/placeorder"), "placeorder"),
        "command-of-nobody": (pay(order_id="new"), "new"),
        "document": (get("/api/orders/new"), "new"),
        "stream": (get("/api/streams/Order/new"), "new"),
    }),
    *cases(404, "no-such-route", {
        name: (get(target), "no route") for name, target in {
            "root": "/", "word": "/nothing", "deep": "/api/orders/o-1/x", "proxy": "/{proxy+}",
            "up": "/api/orders/../orders", "slashes": "//evil.example/api", "case": "/API/orders",
        }.items()
    }),
    *cases(405, "method-not-allowed", {
        method: (message(method, "/api/orders"), method)
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW", "get", "X" * 40)
    }),
    *cases(405, "method-not-allowed", {"GET-command": (get(PLACE), "GET")}),
    *cases(409, "already-exists", {
        "again": (post({**PLACED, "customerId": "c-2"}), '"customerId": "c-1"'),
    }),
    *cases(411, "length-required", {
        "chunked": (raw(f"POST {PLACE} HTTP/1.1", HOST, JSON, "Transfer-Encoding: chunked",
                        body=b"1\r\n{\r\n0\r\n\r\n"), "Content-Length"),
        "both": (raw(f"POST {PLACE} HTTP/1.1", HOST, "Transfer-Encoding: x", "Content-Length: 1"),
                 "Content-Length"),
    }),
    *cases(412, "version-mismatch", {
        "stale": (pay('If-Match: "7"', amount=99.99), '"have": 1, "want": 7'),
    }),
    *cases(413, "body-too-large", {
        "above": (post(bytes(MAX_BODY + 1)), f"{MAX_BODY} bytes"),
        "absurd": (raw(f"POST {PLACE} HTTP/1.1", HOST, f"Content-Length: {10**30}"),
                   f"{MAX_BODY} bytes"),
        "asks-first": (raw(f"POST {PLACE} HTTP/1.1", HOST, "Expect: 100-continue",
                           "Content-Length: 2000000"), f"{MAX_BODY} bytes"),
    }),
    *cases(414, "target-too-long", {"target": (get("/" + "x" * 70_000), "65536 bytes")}),
    *cases(415, "unsupported-media-type", {
        "none": (message("POST", PLACE, body=json.dumps(ORDER).encode()), "application/json"),
        "text": (post(ORDER, "Content-Type: text/plain"), "text/plain"),
        "form": (post(ORDER, "Content-Type: application/x-www-form-urlencoded"), "urlencoded"),
        "charset": (post(ORDER, "Content-Type: application/json; charset=latin-1"), "latin-1"),
        "two": (post(ORDER, JSON, "Content-Type: text/plain"), "text/plain"),
        "multipart": (post(ORDER, "Content-Type: multipart/mixed; boundary*=us-ascii'en'a%00; "
                           "boundary*0*=x; boundary*" + "9" * 5000 + "=a"), "multipart"),
    }),
    *cases(421, "misdirected-request", {n: (sent, "localhost") for n, sent in OTHER_HOSTS.items()}),
    *cases(422, "idempotency-key-reused", {
        "other-input": (post({**PLACED, "totalAmount": 1}, "Idempotency-Key: k-1"), "k-1"),
        "other-command": (pay("Idempotency-Key: k-1"), "k-1"),
    }),
    *cases(422, "rejected", {"amount-differs": (pay(), "amount-differs")}),
    *cases(422, "commit-too-large", {"lines": (post(too_large_order()), "is the limit")}),
    *cases(431, "headers-too-large", {
        "long": (get("/health", "A: " + "x" * 70_000), "65536 bytes"),
        "many": (get("/health", *["A: b"] * 200), "100 headers"),
    }),
]  # fmt: skip


@pytest.fixture(name="embedded", scope="module")
def _embedded(tmp_path_factory):
    data = tmp_path_factory.mktemp("orders") / "data"
    settings = Settings(data=data, temporal_rate=100_000)  # each test reads the stream again
    with Embedded.assemble(settings) as embedded, use(embedded.system):
        client = Client(embedded)
        client.command("PlaceOrder", PLACED, key="k-1")
        client.settle()
        yield embedded


@pytest.fixture(name="server", scope="module")
def _server(embedded):
    with LocalServer(create_app(), 0) as server:
        yield server


@pytest.fixture(name="impatient", scope="module")
def _impatient(embedded):
    """Waits a fifth of a second, so that a test needn't wait longer."""
    with LocalServer(create_app(), 0, Patience(request=0.2, idle=0.2)) as server:
        yield server


@pytest.fixture(autouse=True)
def _harmless(embedded, exchange):
    """Whatever a test has sent: nothing is written, and the next client is served."""
    before = embedded.ports.events.changes(0, 100)
    yield
    assert before == embedded.ports.events.changes(0, 100)
    assert exchange(get("/api/streams/Order/o-1")).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(("status", "kind", "sent", "said"), BAD)
def test_it_is_told_what_is_wrong(exchange, status, kind, sent, said):
    """A problem document of the documented type, that names the place or the thing."""
    members = problem(exchange(sent))

    assert (status, f"/problems/{kind}") == (members["status"], members["type"])
    assert said in json.dumps(members, ensure_ascii=False)
    assert "%r" not in members["detail"]


@pytest.mark.parametrize(
    "started",
    ["G", "GET /health HT", "GET /health HTTP/1.1\r\nHost: localhost\r\nA: ",
     f"POST {PLACE} HTTP/1.1\r\n{HOST}\r\n{JSON}\r\nContent-Length: 100\r\n\r\n"],
    ids=["byte", "line", "header", "body"],
)  # fmt: skip
def test_a_slow_client_is_sent_away(impatient, connect, started):
    """Each byte comes in time, the request doesn't: it's the whole that is timed."""
    connection = connect(impatient)
    connection.sendall(started.encode())
    connection.settimeout(0.02)
    answer = b""
    while not answer:
        try:
            answer = connection.recv(65_536)
        except TimeoutError:
            connection.sendall(b"x")
    connection.settimeout(20)

    members = problem(answer + read_all(connection))
    assert (408, "/problems/request-timeout") == (members["status"], members["type"])
    assert "within 0.2 seconds" in members["detail"]


@pytest.mark.parametrize(
    "sent",
    ["", "GET /hea", "GET /health HTTP/1.1\r\n", f"GET /health HTTP/1.1\r\n{HOST}\r\n\r\n",
     f"POST {PLACE} HTTP/1.1\r\n{HOST}\r\n{JSON}\r\nContent-Length: 100\r\n\r\n{{"],
    ids=["nothing", "line", "headers", "request", "body"],
)  # fmt: skip
def test_a_client_that_hangs_up_leaves_nothing_behind(
    server, connect, exchange, sent, caplog, capfd
):
    """No thread, and no traceback: it happens all the time."""
    before = set(threading.enumerate())
    with caplog.at_level("INFO"):
        connection = connect(server)
        connection.sendall(sent.encode())
        reset(connection)
        exchange(get("/health"))  # by now the other one has had its thread
        for thread in set(threading.enumerate()) - before:
            thread.join(timeout=10)
            assert not thread.is_alive()
    assert ("", "") == (caplog.text, capfd.readouterr().err)
