"""What explains the rest: the OpenAPI document, its page, and every type of problem."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.entrypoints.http import headers as read
from chalicelib.entrypoints.http.pages.docs import docs_page
from chalicelib.entrypoints.http.pages.problems import problem_page, problems_page
from chalicelib.entrypoints.http.problems import PROBLEMS
from chalicelib.entrypoints.http.responses import answer
from chalicelib.entrypoints.http.routes import Routes
from chalicelib.kernel.errors import NotFound

if TYPE_CHECKING:
    from chalice.app import Response

    from chalicelib.entrypoints.http.middleware import View as Handler
    from chalicelib.entrypoints.http.problem import Problem
    from chalicelib.entrypoints.http.request import Incoming
    from chalicelib.kernel.context import BoundedContext


def blueprint(contexts: tuple[BoundedContext, ...]) -> Routes:
    """Return the routes of what explains these contexts and the platform."""
    routes = Routes(__name__)
    routes.get("/openapi.json", openapi(contexts))
    routes.get("/docs", docs)
    routes.get("/problems", problems)
    routes.get("/problems/{type}", problem)
    return routes


def openapi(contexts: tuple[BoundedContext, ...]) -> Handler:
    """Return the handler of the OpenAPI document."""

    @cache
    def document() -> bytes:
        from chalicelib.entrypoints.http.openapi.document import (  # noqa: PLC0415 - takes all of pydantic, and few ask
            openapi as described,
        )

        return json.dumps(described(contexts), ensure_ascii=False).encode()

    def handler(incoming: Incoming) -> Response:
        """Return the document."""
        return answer(document())

    return handler


def docs(incoming: Incoming) -> Response:
    """Return the page that shows the OpenAPI document."""
    return docs_page()


def problems(incoming: Incoming) -> Response:
    """Return all types of problems: a page, or JSON if that is asked for."""
    if not read.prefers_json(incoming.headers.get("accept", "")):
        return problems_page(PROBLEMS.values())
    return _json({"items": [_explained(each) for each in PROBLEMS.values()]})


def problem(incoming: Incoming) -> Response:
    """Return what a type of problem means: a page, or JSON if that is asked for."""
    name = incoming.captured["type"]
    found = next((each for each in PROBLEMS.values() if each.name == name), None)
    if found is None:
        message = f"there is no problem {name!r}; /problems lists those that there are"
        raise NotFound(message)
    if not read.prefers_json(incoming.headers.get("accept", "")):
        return problem_page(found)
    return _json(_explained(found))


def _explained(problem: Problem) -> dict[str, object]:
    return {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "meaning": problem.meaning,
        "remedy": problem.remedy,
    }


def _json(body: object) -> Response:
    headers = {"Vary": "Accept", "X-Content-Type-Options": "nosniff"}
    return answer(json.dumps(body).encode(), headers)
