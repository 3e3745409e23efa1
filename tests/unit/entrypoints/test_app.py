import json
import os
from typing import Any

import pytest
from chalice.app import Chalice

from chalicelib.domain.orders.projections import order_details
from chalicelib.entrypoints.http import create_app, views
from chalicelib.kernel.context import BoundedContext
from chalicelib.kernel.views import Many, One, Totals
from chalicelib.wiring.contexts import CONTEXTS


def event(method: str, resource: str) -> dict[str, Any]:
    """What API Gateway hands a function."""
    return {
        "resource": resource,
        "requestContext": {"httpMethod": method, "resourcePath": resource},
        "headers": {"X-Correlation-Id": "c-1"},
        "multiValueHeaders": {"X-Correlation-Id": ["c-1"]},
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
    }


@pytest.mark.requirement("T1")
def test_each_view_of_each_context_is_a_route():
    """A new bounded context needs no change at the edge."""
    routes = create_app().routes
    assert {view.route for context in CONTEXTS for view in context.views} <= set(routes)


@pytest.mark.requirement("T1")
def test_a_new_context_gets_its_routes():
    """One, many and totals, by their declarations alone."""
    declared = (
        One("/api/tickets/{ticketId}", order_details),
        Many("/api/tickets", order_details, sort="-placedAt"),
        Totals("/api/teams/{team}/load", order_details, by=("status",), sums=()),
    )
    app = Chalice("tests", configure_logs=False, env={})
    app.register_blueprint(views.blueprint([BoundedContext("tickets", (), views=declared)]))
    found = {route: sorted(methods) for route, methods in app.routes.items()}
    assert {view.route: ["GET", "HEAD"] for view in declared} == found


@pytest.mark.requirement("T5")
def test_commands_have_one_route():
    """Whatever commands there are."""
    assert ["POST"] == list(create_app().routes["/api/commands/{command}"])


def test_an_app_can_be_made_again():
    """Chalice's blueprints lose their methods on the way into a first app."""
    first, second = create_app().routes, create_app().routes
    assert {k: list(v) for k, v in first.items()} == {k: list(v) for k, v in second.items()}


def test_making_it_says_nothing_about_where_it_runs(monkeypatch):
    """Others read there whether this is a Lambda."""
    monkeypatch.delenv("AWS_EXECUTION_ENV", raising=False)
    create_app()
    assert "AWS_EXECUTION_ENV" not in os.environ


@pytest.mark.parametrize(
    ("method", "resource", "status"),
    [("GET", "/{proxy+}", 404), ("PUT", "/api/orders", 405), ("GET", "/health", 500)],
    ids=["unknown", "method", "no system"],
)
def test_a_lambda_answers_as_the_local_server_does(method, resource, status):
    """Also where no system runs: problems need none."""
    answer = create_app()(event(method, resource), None)
    members = json.loads(answer["body"])
    assert (status, status, "c-1") == (answer["statusCode"], members["status"], members["instance"])
    assert "application/problem+json" == answer["headers"]["Content-Type"]
    assert "c-1" == answer["headers"]["X-Correlation-Id"]
    json.dumps(answer)  # a Lambda's answer is JSON
