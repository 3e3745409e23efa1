"""What explains all this: the document itself, its page, and the types of problems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.entrypoints.http.openapi.headers import answered
from chalicelib.entrypoints.http.openapi.operation import json, operation, public
from chalicelib.entrypoints.http.openapi.parameters import path
from chalicelib.entrypoints.http.openapi.problems import EVERYWHERE
from chalicelib.entrypoints.http.openapi.terms import TEXT, Json, closed, content
from chalicelib.entrypoints.http.problems import PROBLEMS
from chalicelib.kernel import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.entrypoints.http.openapi.components import Components

TAG: Final = {"name": "documentation", "description": "What explains all this."}
_EXPLAINED: Final = closed(
    {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "meaning": TEXT,
        "remedy": TEXT,
    },
    description="What a type of problem means, and what to do about it.",
)
_HTML: Final[Json] = {"text/html": {"schema": TEXT}}
_PAGE: Final = answered("Content-Security-Policy", "X-Content-Type-Options")


def paths(components: Components) -> Iterator[tuple[str, Json]]:
    """Yield the paths of what explains the others."""
    problems = components.problems(*EVERYWHERE)
    document = json("The document.", {"type": "object"})
    page = {"description": "The page.", "headers": _PAGE, "content": _HTML}
    explained = components.schema("ExplainedProblem", _EXPLAINED)
    listed = closed({"items": {"type": "array", "items": explained}})
    yield "/openapi.json", _get("getOpenapi", "This document", document, problems)
    yield "/docs", _get("getDocs", "This document, to read and to try", page, problems)
    yield "/problems", _get("getProblems", "Every type of problem", _either(listed), problems)
    yield (
        "/problems/{type}",
        _get(
            "getProblem",
            "What a type of problem means, and what to do",
            _either(explained),
            components.problems(*EVERYWHERE, errors.NotFound),
            path("type", _names(), "The last part of a problem's `type`."),
        ),
    )


def _get(name: str, summary: str, answer: Json, problems: Json, *parameters: Json) -> Json:
    responses = {"200": answer, **problems}
    return {"get": public(operation(name, TAG["name"], summary, responses, *parameters))}


def _either(schema: Json) -> Json:
    """Return an answer that is a page, or JSON if the request's ``Accept`` prefers it."""
    return {
        "description": "A page for people, or JSON for those who ask for it.",
        "headers": {**_PAGE, **answered("Vary")},
        "content": {**_HTML, **content(schema)},
    }


def _names() -> Json:
    return {"type": "string", "enum": [problem.name for problem in PROBLEMS.values()]}
