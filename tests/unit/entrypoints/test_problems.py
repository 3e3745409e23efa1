import json
import logging
from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from chalicelib import wiring
from chalicelib.adapters.pydantic.shapes import PydanticShapes
from chalicelib.entrypoints.http import errors as http
from chalicelib.entrypoints.http.problem_documents import MAX_FAULTS, answer
from chalicelib.entrypoints.http.problems import PROBLEMS, problem_of
from chalicelib.kernel import errors
from chalicelib.kernel.errors import Fault

if TYPE_CHECKING:
    from chalicelib.wiring.container import System


@dataclass(frozen=True, slots=True)
class Thing:
    thing_id: str
    total_amount: Decimal


@pytest.fixture(autouse=True)
def _shapes():
    with wiring.use(cast("System", SimpleNamespace(shapes=PydanticShapes()))):
        yield


def document(error: Exception) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(answer(error, "c-1").body, parse_float=Decimal)
    return members


def kinds(root: type[errors.NexusError]) -> list[type[errors.NexusError]]:
    return [kind for sub in root.__subclasses__() for kind in (sub, *kinds(sub))]


@pytest.mark.parametrize("kind", [k for k in kinds(errors.NexusError) if k is not http.HttpError])
def test_every_error_has_an_entry(kind):
    """A new error can't reach a caller before somebody decided what it means in HTTP.

    Its own entry, or, for a special case that an adapter or a tool has of an error, that one's.
    """
    special = kind.__module__.startswith("chalicelib.adapters.") or (
        kind.__base__ is errors.Misconfigured
    )

    decided = PROBLEMS.keys() - {Exception}
    assert decided & set(kind.__mro__ if special else [kind])


def test_names_are_unique_and_kebab():
    """A name is the last part of a problem's type, an address."""
    names = [problem.name for problem in PROBLEMS.values()]
    assert sorted(set(names)) == sorted(names)
    assert all(name.replace("-", "").isalpha() and name == name.lower() for name in names)


def test_an_unlisted_error_is_what_its_ancestor_is():
    """A context may refine an error without telling the edge."""

    class OutOfStock(errors.Rejected):
        pass

    assert PROBLEMS[errors.Rejected] == problem_of(OutOfStock)
    assert PROBLEMS[Exception] == problem_of(KeyError)


@pytest.mark.parametrize(
    ("error", "name", "status"),
    [
        (errors.InvalidInput("x"), "invalid-input", 400),
        (errors.Unauthenticated("x"), "unauthenticated", 401),
        (errors.Forbidden("x"), "forbidden", 403),
        (errors.NotFound("x"), "not-found", 404),
        (errors.AlreadyExists("x"), "already-exists", 409),
        (errors.VersionConflict("s", 3), "version-conflict", 409),
        (errors.VersionMismatch("s", 3, 4), "version-mismatch", 412),
        (errors.Rejected("not-paid", "x"), "rejected", 422),
        (errors.IdempotencyKeyReused("k"), "idempotency-key-reused", 422),
        (errors.CommitTooLarge(2, 1), "commit-too-large", 422),
        (errors.NotYetVisible("s", 1, 2), "not-yet-visible", 503),
        (errors.Parked("s", "x"), "parked", 503),
        (errors.DamagedReadModel("x"), "damaged-read-model", 503),
        (errors.Unavailable("x"), "unavailable", 503),
        (errors.SchemaViolation("x"), "schema-violation", 500),
        (ZeroDivisionError("x"), "internal", 500),
        (http.NoSuchRoute("x"), "no-such-route", 404),
        (http.MethodNotAllowed("PUT", ["GET"]), "method-not-allowed", 405),
        (http.BodyTooLarge(1), "body-too-large", 413),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_error_is_a_problem_document(error, name, status):
    """Type, title, status, detail and instance are there, whatever the error."""
    response = answer(error, "c-1")
    members = json.loads(response.body)
    assert status == response.status_code
    assert "application/problem+json" == response.headers["Content-Type"]
    assert f"/problems/{name}" == members["type"]
    assert problem_of(type(error)).title == members["title"]
    assert (status, "c-1") == (members["status"], members["instance"])
    assert members["detail"]


@pytest.mark.parametrize(
    ("error", "members"),
    [
        (
            errors.InvalidInput("x", [Fault("/amount", "is no number")]),
            {"errors": [{"pointer": "/amount", "message": "is no number"}]},
        ),
        (errors.Forbidden("x", ["rule: no"]), {"reasons": ["rule: no"]}),
        (errors.Rejected("not-paid", "x"), {"reason": "not-paid"}),
        (errors.VersionMismatch("s", expected=3, actual=4), {"have": 4, "want": 3}),
        (errors.NotYetVisible("s", have=1, want=2), {"have": 1, "want": 2}),
        (errors.Parked("s", "KeyError"), {"reason": "parked"}),
        (
            errors.AlreadyExists("x", Thing("t-1", Decimal("12345678901234.56"))),
            {"state": {"thingId": "t-1", "totalAmount": Decimal("12345678901234.56")}},
        ),
        (http.Unwell({"status": "degraded"}), {"health": {"status": "degraded"}}),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_some_problems_say_more(error, members):
    """What a program needs to go on is a member, not part of a sentence; money stays exact."""
    said = document(error)
    assert members == {name: said[name] for name in members}


@pytest.mark.parametrize(
    ("error", "header", "value"),
    [
        (errors.Unauthenticated("x"), "WWW-Authenticate", "Bearer"),
        (http.MethodNotAllowed("PUT", ["HEAD", "GET"]), "Allow", "GET, HEAD"),
        (errors.NotYetVisible("s", 1, 2), "Retry-After", "1"),
        (errors.Unavailable("x"), "Retry-After", "1"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_some_problems_come_with_a_header(error, header, value):
    """HTTP has a header for it, and clients that know it."""
    assert value == answer(error, "c-1").headers[header]


def test_what_nobody_expected_is_logged_and_not_told(caplog):
    """The caller gets a number to ask by; the traceback is in the log under it."""
    try:
        raise ValueError("the secret")  # noqa: TRY301 - an error with a traceback
    except ValueError as error:
        with caplog.at_level(logging.ERROR):
            body = answer(error, "c-1").body
    assert "secret" not in body
    assert "c-1" in caplog.text
    assert "ValueError: the secret" in caplog.text


def test_a_parked_stream_does_not_quote_the_poison():
    """Why a record could not be applied may name its data; that is for operators."""
    assert "4711" not in answer(errors.Parked("Order/o-1", "KeyError: 4711"), "c-1").body


def test_faults_are_counted_out():
    """A query of thousands of bad parameters doesn't get an answer of megabytes."""
    faults = [Fault(f"/{number}", "no") for number in range(5000)]
    assert MAX_FAULTS == len(document(errors.InvalidInput("x", faults))["errors"])
