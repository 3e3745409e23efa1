import time

import pytest

from chalicelib.adapters.answers import NotThere
from chalicelib.adapters.confluent import http
from chalicelib.adapters.confluent.http import RegistryHttp
from chalicelib.adapters.deadline import within
from chalicelib.kernel.errors import Misconfigured, SchemaViolation, TooManyRequests, Unavailable
from tests.support.scripted_server import HTML, Answer, scripted

pytestmark = [pytest.mark.requirement("R8"), pytest.mark.requirement("T3")]

BUDGET = 0.2


def asked(answer, budget=http.BUDGET):
    """Return what becomes of an answer that is always the same."""
    with scripted(lambda *_: answer) as server:
        return RegistryHttp(server.url, budget=budget).call("GET", "/subjects")


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        (Answer(500, HTML), Unavailable, "failed .500"),
        (Answer(503), Unavailable, "failed .503"),
        (Answer(429), TooManyRequests, "no more"),
        (Answer(200, HTML), Unavailable, "no JSON"),
        (Answer(200, b""), Unavailable, "no JSON"),
        (Answer(200, b'{"id": 1'), Unavailable, "no JSON"),
        (Answer(200, b"\xff\xfe"), Unavailable, "no JSON"),
        (Answer(200, b"[" * 100_000), Unavailable, "no JSON"),
        (Answer(302, b"[]", headers={"Location": "http://127.0.0.1:1/"}), Unavailable, "302"),
        (Answer(418, b"5"), Unavailable, "418"),
        (Answer(401), Misconfigured, "let us in"),
        (Answer(403, HTML), Misconfigured, "let us in"),
        (Answer(404, HTML), Misconfigured, "no schema registry"),
        (Answer.of({"error_code": 404}, 404), Misconfigured, "404"),
        (Answer.of({"error_code": 40401, "message": "gone"}, 404), NotThere, "gone"),
        (Answer.of({"error_code": 409, "message": "no"}, 409), SchemaViolation, "no"),
        (Answer.of({"error_code": 42201, "message": "bad"}, 422), SchemaViolation, "bad"),
        (Answer.of({"message": "big"}, 413), SchemaViolation, "big"),
    ],
    ids=range(18),
)
@pytest.mark.usefixtures("once")
def test_an_answer_that_is_no_answer(answer, error, told):
    """
    Each has its error: what may pass, what is definite, and what has to be set right by somebody.
    """
    with pytest.raises(error, match=told):
        asked(answer)


@pytest.mark.parametrize("answer", [Answer(seconds=0.4), Answer(drip=40, seconds=0.02)])
def test_a_slow_answer_is_not_waited_for(answer):
    """
    Neither for the first byte nor for the last, when they come one by one.
    """
    with pytest.raises(Unavailable):
        asked(answer, BUDGET)


def test_the_deadline_is_kept():
    """
    Less may be left than the budget.
    """
    with within(http.RESERVE + 0.1), pytest.raises(Unavailable):
        asked(Answer(503), budget=60)


def test_nobody_is_there():
    """
    The port is closed.
    """
    with scripted(lambda *_: Answer()) as server:
        url = server.url

    with pytest.raises(Unavailable, match="NewConnectionError"):
        RegistryHttp(url, budget=BUDGET).call("GET", "/subjects")


@pytest.mark.usefixtures("once")
def test_an_endless_answer_is_not_read(monkeypatch):
    """
    Memory is worth more than whatever that is.
    """
    monkeypatch.setattr(http, "LARGEST", 1_000)

    with pytest.raises(Unavailable, match="too large"):
        asked(Answer(body=b'"' + b"a" * 1_000 + b'"'))


def test_what_passes_is_tried_again():
    """
    A failure, a page of a gateway, a limit, and then the answer.
    """
    answers = [Answer(500), Answer(200, HTML), Answer(429), Answer.of(["a"])]
    with scripted(lambda *_: answers[len(server.asked) - 1]) as server:
        found = RegistryHttp(server.url).call("GET", "/subjects")

    assert (["a"], 4) == (found, len(server.asked))


def test_what_is_definite_is_not_tried_again():
    """
    A refusal stays one.
    """
    refusal = Answer.of({"error_code": 42201, "message": "bad"}, 422)
    with scripted(lambda *_: refusal) as server, pytest.raises(SchemaViolation):
        RegistryHttp(server.url).call("GET", "/subjects")

    assert 1 == len(server.asked)


def test_a_connection_serves_again_after_bad_answers():
    """
    What was left unread of one answer is not taken for the next.
    """
    slow = Answer(drip=3, seconds=0.15, body=b'"old"')
    with scripted(lambda *_: slow) as server:
        registry = RegistryHttp(server.url, budget=BUDGET)
        with pytest.raises(Unavailable):
            registry.call("GET", "/subjects")
        server.answer = lambda *_: Answer.of("new")
        time.sleep(0.5)

        assert ["new"] * 3 == [registry.call("GET", "/subjects") for _ in range(3)]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "schemas",
        "ftp://schemas.example.com",
        "https://",
        "https://schemas.example.com?a=b",
        "https://schemas.example.com#a",
        "http://schemas.example.com",
        "https://user:secret@schemas.example.com",
        "https://[::1",
        "https://schemas.example.com:port",
    ],
)
def test_a_url_that_can_t_be(url):
    """
    Plain HTTP only to this machine, and no password where logs would show it.
    """
    with pytest.raises(Misconfigured) as refused:
        RegistryHttp(url)

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["https://schemas.example.com/api/", "http://localhost:1", "http://[::1]:8081"]
)
def test_a_url_that_can_be(url):
    """
    With a path, and on this machine without TLS.
    """
    assert RegistryHttp(url)
