"""What operations share: each part is said once, and referred to."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from chalicelib.adapters.pydantic.json_schema import input_schema, output_schema
from chalicelib.entrypoints.http.openapi.headers import ANSWERED
from chalicelib.entrypoints.http.openapi.parameters import SHARED
from chalicelib.entrypoints.http.openapi.problems import PROBLEM, problem_schema, response
from chalicelib.entrypoints.http.openapi.terms import Json, ref, words
from chalicelib.entrypoints.http.problems import PROBLEMS

if TYPE_CHECKING:
    from typing import Any

    from chalicelib.kernel.context import BoundedContext


class Components:
    """Collects schemas and responses while operations are described."""

    def __init__(self) -> None:
        self._schemas: Json = {"Problem": PROBLEM}
        self._responses: Json = {}

    def schema(self, name: str, schema: Json) -> Json:
        """Add a schema and return the reference to it; a name that is taken gets an underscore."""
        while self._schemas.setdefault(name, schema) != schema:
            name += "_"
        return ref("schemas", name)

    def asked(self, context: BoundedContext, kind: type[Any]) -> Json:
        """Return the reference to the schema of a dataclass that a caller sends."""
        return self.schema(f"{context.name}.{kind.__name__}", input_schema(kind))

    def answered(self, context: BoundedContext, kind: type[Any]) -> Json:
        """Return the reference to the schema of a dataclass that a caller gets."""
        return self.schema(f"{context.name}.{kind.__name__}", output_schema(kind))

    def problems(self, *kinds: type[Exception]) -> Json:
        """Return the responses for errors, by status."""
        found = sorted(set(kinds), key=list(PROBLEMS).index)
        by_status = sorted(found, key=_status)
        return {
            str(status): self._response(list(group))
            for status, group in groupby(by_status, _status)
        }

    def _response(self, kinds: list[type[Exception]]) -> Json:
        names = [_name(kind) for kind in kinds]
        schemas = [
            self.schema(f"{name}Problem", problem_schema(kind))
            for name, kind in zip(names, kinds, strict=True)
        ]
        name = "Or".join(names)
        self._responses[name] = response(kinds, schemas)
        return ref("responses", name)

    def document(self) -> Json:
        """Return all of them, as the document has it."""
        return {
            "schemas": dict(sorted(self._schemas.items())),
            "responses": dict(sorted(self._responses.items())),
            "parameters": SHARED,
            "headers": ANSWERED,
            "securitySchemes": {"token": TOKEN},
        }


TOKEN: Json = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "A token with the claims `sub`, `tenant`, `scope` and `groups`. "
    "A system on a laptop (`make run`) needs none: everyone there is its developer.",
}


def _status(kind: type[Exception]) -> int:
    return PROBLEMS[kind].status


def _name(kind: type[Exception]) -> str:
    return words(PROBLEMS[kind].name).title().replace(" ", "")
