"""Documents with one thing changed: fixtures say what differs from a real one."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def edited(document: Any, edits: Sequence[Mapping[str, Any]]) -> Any:
    """Return a copy with each edit done: ``{"at": path, "value": any}`` or ``{"at", "remove"}``.

    A path is dotted, with numbers for items of lists; the empty one is the whole document. An item
    at a list's end is added. What holds the place has to be there.
    """
    root = {"": deepcopy(document)}
    for edit in edits:
        *parents, last = ("", *filter(None, edit["at"].split(".")))
        place: Any = root
        for parent in parents:
            place = place[_key(place, parent)]
        _edit(place, _key(place, last), edit)
    return root[""]


def _edit(place: Any, key: Any, edit: Mapping[str, Any]) -> None:
    if edit.get("remove"):
        del place[key]
    elif isinstance(place, list) and key == len(place):
        place.append(edit["value"])
    else:
        place[key] = edit["value"]


def _key(place: Any, name: str) -> Any:
    return int(name) if isinstance(place, list) else name
