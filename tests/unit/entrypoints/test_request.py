from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import chalice.app
import pytest

from chalicelib import wiring
from chalicelib.entrypoints.http.errors import BodyTooLarge
from chalicelib.entrypoints.http.request import MAX_BODY, Incoming, correlation_id
from chalicelib.kernel.commit import Principal
from chalicelib.kernel.errors import InvalidInput
from chalicelib.services.consistency import Mark, encode_token

if TYPE_CHECKING:
    from chalicelib.wiring.container import System

SOMEBODY = Principal("user", "u-1", "acme")
TOKEN = encode_token(Mark("Order", "o-1", core=2, secondary=0))


@pytest.fixture(autouse=True)
def _system():
    """What a request needs of a system: who asks, and how JSON is read."""
    identity = SimpleNamespace(principal=lambda headers: SOMEBODY)
    system = SimpleNamespace(identity=identity, read_json=lambda raw: raw.decode())
    with wiring.use(cast("System", system)):
        yield


def event(**parts: Any) -> dict[str, Any]:
    context = {"httpMethod": "GET", "resourcePath": "/things/{id}"}
    usual: dict[str, Any] = {
        "multiValueQueryStringParameters": None,
        "headers": {},
        "pathParameters": {},
    }
    return {"requestContext": context, "body": None, "stageVariables": {}, **usual, **parts}


def incoming(captured: dict[str, str] | None = None, **parts: Any) -> Incoming:
    return Incoming.of(chalice.app.Request(event(**parts)), captured or {}, "c-1")


def command(**headers: str) -> Incoming:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return incoming(headers={"Content-Type": "application/json", **named}, body="{}")


def test_captures_are_decoded_once():
    """%2541 is %41 and not A."""
    assert {"id": "a-1"} == incoming({"id": "a%2D1"}).captured
    with pytest.raises(InvalidInput):
        incoming({"id": "%2541"})


def test_parameters_keep_repeats_and_order():
    """Two bounds of one field are two filters."""
    several = {"total[gte]": ["1", "2"], "sort": ["a"]}
    expected = [("total[gte]", "1"), ("total[gte]", "2"), ("sort", "a")]
    assert expected == incoming(multiValueQueryStringParameters=several).parameters


def test_a_repeated_header_is_a_list():
    """API Gateway would keep the last one only, and hide that there were two."""
    several = {"If-Match": ['"1"', '"2"']}
    request = incoming(headers={"If-Match": '"2"'}, multiValueHeaders=several)
    assert {"if-match": '"1", "2"'} == request.headers


@pytest.mark.requirement("R2")
def test_a_command_takes_what_its_headers_say():
    """Who, under which key, expecting which version."""
    asked = command(Idempotency_Key="k-1", if_match='"7"', X_Amzn_Trace_Id="Root=1-2").command()
    assert ("k-1", 7, "{}") == (asked.command_id, asked.if_match, asked.data)
    assert (SOMEBODY, "Root=1-2") == (asked.request.principal, asked.request.trace)
    assert "c-1" == asked.request.correlation_id


def test_a_command_without_a_key_gets_one():
    """Each is a command of its own then."""
    assert UUID(command().command().command_id) != UUID(command().command().command_id)


def test_a_body_has_a_limit():
    """Also on AWS, which would let more through than the local server."""
    request = incoming(headers={"Content-Type": "application/json"}, body="x" * (MAX_BODY + 1))
    with pytest.raises(BodyTooLarge):
        request.json()


@pytest.mark.requirement("R6")
def test_a_question_waits_for_what_its_token_names():
    """The tenant is the principal's; the writes are the token's."""
    asked = incoming(headers={"Nexus-Consistency": TOKEN, "Prefer": "wait=2"}).question()
    assert ("acme", 2.0) == (asked.tenant, asked.wait)
    assert (Mark("Order", "o-1", 2, 0),) == asked.after


def test_a_correlation_id_is_taken_or_made():
    """A caller's own, if it is an id."""
    assert "c-7" == correlation_id("c-7")
    assert UUID(correlation_id("not one"))
    assert UUID(correlation_id(None))
