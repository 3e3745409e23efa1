"""The document, put together."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Final

from chalicelib.entrypoints.http.openapi import (
    batches,
    commands,
    documentation,
    operations,
    streams,
    views,
)
from chalicelib.entrypoints.http.openapi.components import Components

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.entrypoints.http.openapi.terms import Json
    from chalicelib.kernel.context import BoundedContext

VERSION: Final = "0.1.0"
"""Of the project, as in pyproject.toml, which is not packaged."""

_DESCRIPTION: Final = """\
Commands change things, and views show them. What a command stores is one commit of events; the \
views follow, and a query that brings the command's token (`Nexus-Consistency`) shows the write.

Every `GET` answers `HEAD` too. What goes wrong is a problem document (RFC 9457): another method \
is a 405, another path a 404, and `/problems` explains every type. JSON in requests is strict: no \
name twice, no unknown field, and amounts are exact numbers.
"""


def openapi(contexts: Iterable[BoundedContext]) -> Json:
    """Return the OpenAPI document of what these contexts serve; the same for the same contexts."""
    contexts, components = tuple(contexts), Components()
    paths = {
        path: operations
        for context in contexts
        for part in (commands, views)
        for path, operations in part.paths(context, components)
    }
    paths |= batches.paths(contexts, components)
    paths |= streams.paths(contexts, components)
    paths |= operations.paths(components)
    paths |= documentation.paths(components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Nexus Blueprint",
            "version": VERSION,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [*map(_tag, contexts), batches.TAG, streams.TAG, operations.TAG, documentation.TAG],
        "security": [{"token": []}, {}],
        "paths": paths,
        "components": components.document(),
    }


def _tag(context: BoundedContext) -> Json:
    """Return the tag of a context; the docstring of its package describes it."""
    module = next((inspect.getmodule(each.state) for each in context.aggregates), None)
    package = sys.modules.get(module.__package__ or "") if module else None
    return {"name": context.name, "description": inspect.getdoc(package) or context.name}
