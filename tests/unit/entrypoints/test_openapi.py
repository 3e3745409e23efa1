"""The OpenAPI document, without a server: what it says, and that it says it of everything."""

import json
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from chalicelib import wiring
from chalicelib.adapters.pydantic.json import read_json
from chalicelib.adapters.pydantic.shapes import PydanticShapes
from chalicelib.domain.orders.order import Status
from chalicelib.entrypoints.http import create_app
from chalicelib.entrypoints.http import errors as http
from chalicelib.entrypoints.http.openapi.components import Components
from chalicelib.entrypoints.http.openapi.document import VERSION, openapi
from chalicelib.entrypoints.http.openapi.examples import example
from chalicelib.entrypoints.http.openapi.problems import problem_schema
from chalicelib.entrypoints.http.problem_documents import answer
from chalicelib.kernel import errors
from chalicelib.kernel.commit import Path as Way
from chalicelib.kernel.context import Aggregate, BoundedContext
from chalicelib.kernel.decider import Decider
from chalicelib.kernel.errors import Fault
from chalicelib.kernel.messages import Command, Event
from chalicelib.kernel.projection import Projection
from chalicelib.kernel.values import Identifier, Money
from chalicelib.kernel.views import Many, One, Totals
from chalicelib.wiring.contexts import CONTEXTS

if TYPE_CHECKING:
    from chalicelib.wiring.container import System

pytestmark = pytest.mark.requirement("T17")

ROOT = Path(__file__).parents[3]
DOCUMENT = openapi(CONTEXTS)
COMMANDS = [c for context in CONTEXTS for a in context.aggregates for c in a.commands]
AMOUNT = {"type": "number", "multipleOf": 0.01, "minimum": -1e12, "maximum": 1e12}
GENERATE = """
import json
from chalicelib.entrypoints.http.openapi.document import openapi
from chalicelib.wiring.contexts import CONTEXTS
print(json.dumps(openapi(CONTEXTS)))
"""


class Mood(StrEnum):
    CALM = "calm"


@dataclass(frozen=True)
class OpenTicket(Command):
    ticket_id: Identifier


@dataclass(frozen=True)
class TicketOpened(Event):
    ticket_id: Identifier


@dataclass(frozen=True)
class Ticket:
    ticket_id: Identifier
    day: date
    mood: Mood
    urgent: bool
    hours: int
    cost: Money
    team: str | None = None


load = Projection("load", 1, ("Ticket",), frozenset({Way.CORE}), Ticket, lambda ticket, _: ticket)
tickets = BoundedContext(
    name="tickets",
    aggregates=(
        Aggregate(
            name="Ticket",
            identity="ticket_id",
            state=Ticket,
            decider=Decider(None, lambda state, _: state, lambda _, __: []),
            commands=(OpenTicket,),
            events=(TicketOpened,),
        ),
    ),
    projections=(load,),
    views=(
        One("/api/tickets/{ticketId}", load),
        Many("/api/days/{day}/tickets", load, sort="-hours"),
        Totals("/api/load", load, by=("day", "mood"), sums=("hours", "cost"), count="tickets"),
    ),
)


@pytest.fixture(autouse=True)
def _shapes():
    with wiring.use(cast("System", SimpleNamespace(shapes=PydanticShapes()))):
        yield


def check(schema, value, document=DOCUMENT):
    """Check a value by a schema whose references lead into a document; numbers are exact."""
    root = read_json(json.dumps({**document, **schema}).encode())
    jsonschema.Draft202012Validator(root).validate(read_json(json.dumps(value).encode()))


@pytest.mark.parametrize("contexts", [CONTEXTS, (tickets,), (*CONTEXTS, tickets), ()], ids=range(4))
def test_is_valid(contexts):
    """OpenAPI 3.1 and JSON Schema 2020-12, whatever contexts there are, also without docstrings."""
    document = openapi(contexts)

    assert [] == list(OpenAPIV31SpecValidator(document).iter_errors())
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_route_is_described():
    """Each path with its methods (HEAD goes with GET), and nothing that is not served."""
    served = {
        (path, method.lower())
        for path, methods in create_app().routes.items()
        for method in methods
        if method != "HEAD" and path != "/api/commands/{command}"
    }
    commands = {(f"/api/commands/{command.__name__}", "post") for command in COMMANDS}
    described = {(path, method) for path, each in DOCUMENT["paths"].items() for method in each}

    assert served | commands == described


def test_is_the_same_each_time():
    """In every process, whatever its sets and hashes are: it can be compared and kept."""
    texts = {
        subprocess.run(
            [sys.executable, "-c", GENERATE],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }

    assert {json.dumps(DOCUMENT)} == texts


def test_has_the_version_of_the_project():
    """Said twice, as pyproject.toml is not packaged."""
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION


@pytest.mark.requirement("T5")
@pytest.mark.parametrize("command", COMMANDS)
def test_examples_of_commands_are_accepted(command):
    """By the schema, and by what validates commands."""
    operation = DOCUMENT["paths"][f"/api/commands/{command.__name__}"]["post"]
    body = operation["requestBody"]["content"]["application/json"]

    check(body["schema"], body["example"])
    assert PydanticShapes().parse(command, read_json(json.dumps(body["example"]).encode()))


def test_the_example_is_the_one_that_everybody_knows():
    """An order of 99.99; optional fields are left out."""
    body = DOCUMENT["paths"]["/api/commands/PlaceOrder"]["post"]["requestBody"]["content"]
    expected = {"orderId": "order-1", "customerId": "customer-1", "totalAmount": 99.99}
    assert expected == body["application/json"]["example"]


def test_a_schema_of_any_kind_has_an_example():
    """Of an enumeration the first, of a list one, of a null or not the value."""
    kinds = {
        "mood": {"type": "string", "enum": ["calm", "cross"]},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "urgent": {"type": "boolean"},
        "hours": {"type": "integer", "minimum": 5},
        "days": {"type": "array", "items": {"type": "string", "format": "date"}},
    }
    expected = {"mood": "calm", "note": "Note", "urgent": False, "hours": 5, "days": ["2026-01-31"]}
    assert expected == example({"type": "object", "properties": kinds, "required": list(kinds)})


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("totalAmount", AMOUNT),
        ("totalAmount[gte]", AMOUNT),
        ("status", {"type": "string", "enum": [status.value for status in Status]}),
        ("placedAt[lt]", {"type": "string", "format": "date-time"}),
        ("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
    ],
)  # fmt: skip
def test_a_list_says_what_it_can_be_asked(name, expected):
    """Filters with their kinds, and paging."""
    parameters = DOCUMENT["paths"]["/api/orders"]["get"]["parameters"]
    shared = DOCUMENT["components"]["parameters"]
    all_of_them = [shared[p["$ref"].split("/")[-1]] if "$ref" in p else p for p in parameters]
    assert [expected] == [p["schema"] for p in all_of_them if p["name"] == name]


def test_a_name_in_the_route_is_no_parameter_of_the_query():
    """Its kind is that of the field."""
    asked = openapi((tickets,))["paths"]["/api/days/{day}/tickets"]["get"]["parameters"]
    days = [(p["in"], p["schema"]) for p in asked if p.get("name", "").startswith("day")]
    assert [("path", {"type": "string", "format": "date"})] == days


@pytest.mark.parametrize(
    "error",
    [
        errors.InvalidInput("x", [Fault("/amount", "is no number")]),
        errors.Unauthenticated("x"),
        errors.Forbidden("x", ["rule: no"]),
        errors.NotFound("x"),
        errors.AlreadyExists("x"),
        errors.VersionConflict("s", 3),
        errors.VersionMismatch("s", 3, 4),
        errors.Rejected("not-paid", "x"),
        errors.IdempotencyKeyReused("k"),
        errors.CommitTooLarge(2, 1),
        errors.NotYetVisible("s", 1, 2),
        errors.Parked("s", "KeyError"),
        errors.DamagedReadModel("x"),
        errors.Unavailable("x"),
        errors.Stopping("x"),
        http.BodyTooLarge(1),
        http.Unwell(
            {
                "status": "degraded",
                "consumers": [],
                "parkedCount": 0,
                "deadLetterCount": 0,
                "damagedCount": 1,
            }
        ),
        ZeroDivisionError("x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_problems_are_as_described(error):
    """Each by the schema of its type, which takes no other type's and no member more."""
    kind = Exception if isinstance(error, ZeroDivisionError) else type(error)
    problem = json.loads(answer(error, "c-1").body)

    check(problem_schema(kind), problem)
    for wrong in ({**problem, "type": "/problems/x"}, {**problem, "cause": "x"}):
        with pytest.raises(jsonschema.ValidationError):
            check(problem_schema(kind), wrong)


def test_one_name_is_one_schema():
    """Two contexts may call different things the same."""
    components = Components()
    names = [components.schema("Box", {"maximum": limit})["$ref"] for limit in (1, 2, 1)]
    assert ["#/components/schemas/Box", "#/components/schemas/Box_"] == sorted(set(names))
    assert names[0] == names[2]
