"""The read side: an operation for each view that a bounded context declares."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.pydantic.json_schema import output_schema
from chalicelib.entrypoints.http.openapi.headers import answered, paged
from chalicelib.entrypoints.http.openapi.parameters import captured, filters, path, shared, sort
from chalicelib.entrypoints.http.openapi.problems import EVERYWHERE
from chalicelib.entrypoints.http.openapi.terms import MOMENT, Json, closed, content, doc, words
from chalicelib.kernel import errors
from chalicelib.kernel.views import Many, One, Totals
from chalicelib.services.documents import fields_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.entrypoints.http.openapi.components import Components
    from chalicelib.kernel.context import BoundedContext
    from chalicelib.kernel.views import View

_PROBLEMS: Final = (
    *EVERYWHERE,
    errors.Unauthenticated,
    errors.NotYetVisible,
    errors.BeingBuilt,
    errors.Parked,
    errors.DamagedReadModel,
    errors.TooManyRequests,
    errors.Unavailable,
)
_HEADERS: Final = ("Consistency", "Prefer")
_TAGGED: Final = ("ETag", "Cache-Control", "Vary")
_CACHED: Final = ("IfNoneMatch", "CacheControl", *_HEADERS)
_FILTERS: Final = (
    "All filters must hold. A field can be compared more than once; also texts take `[gt]`, "
    "`[gte]`, `[lt]` and `[lte]`, and go by their code points. A field that is null is not found."
)
_SUMS: Final[Json] = {
    "amount": {"type": "number", "multipleOf": 0.01},
    "integer": {"type": "integer"},
}


def paths(context: BoundedContext, components: Components) -> Iterator[tuple[str, Json]]:
    """Yield the path of each view of a context."""
    for view in context.views:
        described = {"tags": [context.name], **_described(view, context, components)}
        yield view.route, {"get": {"operationId": operation_id(view.route), **described}}


def _described(view: View, context: BoundedContext, components: Components) -> Json:
    match view:
        case One():
            return _one(view, context, components)
        case Many():
            return _many(view, context, components)
        case Totals():
            return _totals(view, components)


def _one(view: One, context: BoundedContext, components: Components) -> Json:
    (name,) = captures(view.route)
    document = components.answered(context, view.projection.document)
    found = {
        "description": "The document.",
        "headers": answered(*_TAGGED),
        "content": content(document),
    }
    same = {"description": "You have the present one.", "headers": answered(*_TAGGED)}
    return {
        "summary": f"{words(view.projection.name)} by {name}",
        "description": doc(view.projection.document),
        "parameters": [path(name), *shared("IfNoneMatch", *_HEADERS)],
        "responses": {
            "200": found,
            "304": same,
            **components.problems(*_PROBLEMS, errors.NotFound),
        },
    }


def _many(view: Many, context: BoundedContext, components: Components) -> Json:
    document = view.projection.document
    page = {
        "items": {"type": "array", "items": components.answered(context, document)},
        "next": {"type": ["string", "null"], "description": "The cursor of the next page."},
        "asOf": MOMENT,
    }
    return {
        "summary": f"Search {words(view.projection.name).lower()}",
        "description": f"{doc(document)}\n\n{_FILTERS}".strip(),
        "parameters": [
            *_asked(view),
            sort(document, view.sort),
            *shared("Words", "Limit", "Cursor", *_CACHED),
        ],
        "responses": {**_answers("A page.", page), **components.problems(*_PROBLEMS)},
    }


def _totals(view: Totals, components: Components) -> Json:
    document = view.projection.document
    properties, fields = output_schema(document)["properties"], fields_of(document)
    row = {
        **{name: properties[name] for name in view.by},
        view.count: {"type": "integer", "minimum": 1, "description": "How many there are."},
        **{name: _SUMS[fields[name].kind.name] for name in view.sums},
    }
    page = {"items": {"type": "array", "items": closed(row)}, "asOf": MOMENT}
    return {
        "summary": f"{words(view.projection.name)} by {', '.join(view.by)}",
        "description": f"{doc(document)}\n\n{_FILTERS}".strip(),
        "parameters": [*_asked(view), *shared(*_CACHED)],
        "responses": {**_answers("All groups.", page), **components.problems(*_PROBLEMS)},
    }


def _asked(view: Many | Totals) -> list[Json]:
    document, caught = view.projection.document, captures(view.route)
    return [
        *(captured(name, document) for name in caught),
        *filters(document, without=caught),
    ]


def _answers(description: str, page: Json) -> Json:
    found = {"description": description, "headers": paged(), "content": content(closed(page))}
    return {"200": found, "304": {"description": "You have this one.", "headers": paged()}}


def captures(route: str) -> list[str]:
    """Return the names in a route."""
    return re.findall(r"{(\w+)}", route)


def operation_id(route: str) -> str:
    """Return ``getOrdersOrderId`` for ``/api/orders/{orderId}``."""
    parts = re.findall(r"\w+", route.removeprefix("/api/"))
    return "get" + "".join(part[:1].upper() + part[1:] for part in parts)
