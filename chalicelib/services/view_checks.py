"""What a view needs of its projection, checked when the system is put together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Misconfigured
from chalicelib.kernel.views import Many, One, Totals
from chalicelib.services.documents import fields_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chalicelib.kernel.context import BoundedContext
    from chalicelib.kernel.views import View

_SUMMED: Final = ("amount", "integer")


def check_views(contexts: Iterable[BoundedContext]) -> None:
    """Check all views of contexts; raises Misconfigured, which names every fault."""
    faults = [
        f"the view {view.route}: {fault}"
        for context in contexts
        for view in context.views
        for fault in _faults(view)
    ]
    if faults:
        raise Misconfigured("; ".join(faults))


def _faults(view: View) -> Iterator[str]:
    captured = re.findall(r"{(\w+)}", view.route)
    fields = fields_of(view.projection.document)
    if isinstance(view, One):
        yield from _of_one(view, captured)
        return
    for name in captured:
        if name not in fields:
            yield f"{{{name}}} is no field; there are {', '.join(fields)}"
    match view:
        case Many(sort=sort):
            name = sort.removeprefix("-")
            if name not in fields or fields[name].optional:
                yield f"it can't be sorted by {name}: that is no field that is always there"
        case Totals(by=by, sums=sums):
            yield from (f"it can't be grouped by {name}" for name in by if name not in fields)
            summed = {name for name, field in fields.items() if field.kind.name in _SUMMED}
            yield from (f"{name} can't be summed" for name in sums if name not in summed)


def _of_one(view: One, captured: list[str]) -> Iterator[str]:
    sources = view.projection.sources
    if len(sources) != 1:
        yield (
            f"one document by its id takes a projection of one aggregate, and "
            f"{view.projection.name} follows {', '.join(sources)}: list them by Many"
        )
    if len(captured) != 1:
        yield "its route has one placeholder, the id"
