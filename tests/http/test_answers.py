"""What the middleware makes of every request, through the local server."""

import logging
from uuid import UUID

import pytest

pytestmark = pytest.mark.requirement("T5")


def problem(response):
    """Return status and type of a problem document, once its form has been checked."""
    members = response.json()
    assert "application/problem+json" == response.headers["content-type"]
    assert members["status"] == response.status_code
    assert members["instance"] == response.headers["x-correlation-id"]
    return response.status_code, members["type"]


def test_a_view_answers(http):
    """Captures are decoded, parameters keep their order and repeats."""
    response = http.get("/things/a%2D1?b[gte]=1&a=x+y&b[gte]=2&c")
    parameters = [["b[gte]", "1"], ["b[gte]", "2"], ["a", "x y"], ["c", ""]]
    assert {"id": "a-1", "parameters": parameters, "size": 0} == response.json()
    assert "application/json" == response.headers["content-type"]


def test_a_slash_at_the_end_is_nothing(http):
    """API Gateway takes it off, and so does the local server."""
    assert 200 == http.get("/things/1/").status_code


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/things/1", "GET, HEAD"),
        ("DELETE", "/things/1", "GET, HEAD"),
        ("OPTIONS", "/things/1", "GET, HEAD"),
        ("GET", "/things", "POST"),
        ("OPTIONS", "/things", "POST"),
        ("PATCH", "/things", "POST"),
        ("BREW", "/things", "POST"),
    ],
)
def test_another_method_is_a_405(http, method, path, allowed):
    """With the methods that there are; no browser's question is answered by an open door."""
    response = http.request(method, path)
    assert (405, "/problems/method-not-allowed") == problem(response)
    assert allowed == response.headers["allow"]
    assert not [name for name in response.headers if name.startswith("access-control")]


def test_head_is_get_without_its_body(http):
    """The same headers, the length included, and then nothing."""
    head, get = http.head("/things/1"), http.get("/things/1")
    for response in (head, get):
        del response.headers["date"], response.headers["x-correlation-id"]
    assert get.headers == head.headers
    assert (200, b"") == (head.status_code, head.content)
    assert 405 == http.head("/things").status_code


def test_a_refusal_is_a_problem(http):
    """What a view raises comes out as the table says."""
    response = http.get("/refused")
    assert (422, "/problems/rejected") == problem(response)
    assert "too-late" == response.json()["reason"]


def test_a_failure_tells_nothing(http, caplog):
    """The log has it, under the correlation id that the caller knows."""
    with caplog.at_level(logging.ERROR):
        response = http.get("/failing", headers={"X-Correlation-Id": "c-42"})
    assert (500, "/problems/internal") == problem(response)
    assert "secret" not in response.text
    assert "c-42" in caplog.text
    assert "ZeroDivisionError: the secret" in caplog.text


@pytest.mark.parametrize("path", ["/things/1", "/nothing", "/refused"])
def test_a_correlation_id_comes_back(http, path):
    """The caller's own, or one that was made for it."""
    sent = http.get(path, headers={"X-Correlation-Id": "mine"})
    assert "mine" == sent.headers["x-correlation-id"]
    assert UUID(http.get(path).headers["x-correlation-id"])


def test_a_correlation_id_that_is_none_is_a_400(http):
    """It goes into logs and commits, so it is never taken as it comes."""
    response = http.get("/things/1", headers={"X-Correlation-Id": "a b"})
    assert (400, "/problems/invalid-input") == problem(response)
    assert UUID(response.headers["x-correlation-id"])


def test_a_304_has_no_body(http):
    """Nor a length that would be the other body's."""
    response = http.get("/unchanged")
    assert (304, b"") == (response.status_code, response.content)
    assert "content-length" not in response.headers
