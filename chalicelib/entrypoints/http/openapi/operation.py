"""An operation of the platform, put together."""

from __future__ import annotations

from chalicelib.entrypoints.http.openapi.headers import answered
from chalicelib.entrypoints.http.openapi.parameters import shared
from chalicelib.entrypoints.http.openapi.terms import Json, content


def operation(
    name: str,
    tag: str,
    summary: str,
    responses: Json,
    *parameters: Json,
) -> Json:
    """Return an operation; each request may name its conversation."""
    return {
        "operationId": name,
        "summary": summary,
        "tags": [tag],
        "parameters": [*parameters, *shared()],
        "responses": responses,
    }


def public(described: Json) -> Json:
    """Return an operation that asks nobody who they are."""
    return {**described, "security": []}


def json(description: str, schema: Json) -> Json:
    """Return an answer in JSON."""
    return {"description": description, "headers": answered(), "content": content(schema)}
