"""The versions of a projection that are kept, once it has been checked that they fit together."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from chalicelib.kernel.errors import Misconfigured

if TYPE_CHECKING:
    from chalicelib.kernel.projection import Projection


def versions_of(projection: Projection[Any]) -> list[Projection[Any]]:
    """Return a projection and those that it supersedes, newest first; raises Misconfigured."""
    versions = list(projection.versions())
    for each in versions:
        if not each.sources or tuple(each.sources) != each.sources:
            message = f"{each.index}: its sources are a tuple of aggregates, not {each.sources!r}"
            raise Misconfigured(message)
    for newer, older in pairwise(versions):
        if older.name != newer.name or older.version >= newer.version:
            message = f"{newer.index} can't supersede {older.index}: same name, higher version"
            raise Misconfigured(message)
    return versions
