"""Which rules may read a part of the question, and which decide as they did: told by their text.

Rather too many are said to read something, and rather too few to be as they were.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from chalicelib.adapters.rego.bundle import Bundle

_IGNORED: Final = re.compile(
    r'"(?:\\.|[^"\\\n])*"|`[^`]*`|#[^\n]*|\bis_object\(input\.command\.data\)'
)
"""Texts, comments, and the question whether a command has data: it always has."""
_INPUT: Final = re.compile(r"(?<![.\w])input\b((?:\.\w+)*)")
_MODULE: Final = re.compile(r"(?<![.\w])data\.nexus\.((?:lib|commands|events)\.\w+)")
_ANYTHING: Final = re.compile(r"(?<![.\w])data\b(?!\.(?:nexus\.)?(?:lib|commands|events)\.\w)")
"""What may be any module."""
_SETTING: Final = re.compile(r"(?<![.\w])data\.((?:lib|commands|events)\.\w+)")


def readers(bundle: Bundle, unknown: Collection[str]) -> frozenset[str]:
    """Return the rules that may read an unknown part, as ``command.data``, or what holds one."""
    texts = {name: _IGNORED.sub('""', rego) for name, rego in _modules(bundle).items()}
    return frozenset(
        f"nexus.{module}"
        for module in texts
        if any(_reads(texts[each], unknown) for each in _closure(module, texts))
    )


def unchanged(before: Bundle, after: Bundle) -> frozenset[str]:
    """Return the rules that have the same text in both, and all that they may read, too."""
    was, now = _modules(before), _modules(after)
    return frozenset(
        f"nexus.{module}"
        for module in now
        if _basis(module, was, before) == _basis(module, now, after)
    )


def _basis(module: str, texts: dict[str, str], bundle: Bundle) -> dict[str, Any]:
    """Return what a module decides by: texts, and settings by their place."""
    asked = {name: texts[name] for name in _closure(module, texts)}
    documents = [json.loads(each) for each in bundle.data]
    if any(_ANYTHING.search(text) for text in asked.values()):
        return {**asked, "": documents}
    settings = {place for text in asked.values() for place in _SETTING.findall(text)}
    return {**asked, **{f"data.{place}": _looked_up(documents, place) for place in settings}}


def _looked_up(documents: list[Any], place: str) -> list[Any]:
    folder, name = place.split(".")
    return [each[folder][name] for each in documents if name in each.get(folder, {})]


def _modules(bundle: Bundle) -> dict[str, str]:
    """Return the texts by module, as ``commands.roles``."""
    return {
        path.removesuffix(".rego").replace("/", "."): rego for path, rego in bundle.rules.items()
    }


def _closure(module: str, texts: dict[str, str]) -> Iterator[str]:
    """Yield a module and all that it may ask."""
    seen, ahead = set[str](), [module]
    while ahead:
        name = ahead.pop()
        if name in texts and name not in seen:
            seen.add(name)
            ahead.extend(texts if _ANYTHING.search(texts[name]) else _MODULE.findall(texts[name]))
            yield name


def _reads(text: str, unknown: Collection[str]) -> bool:
    parts = [tuple(each.split(".")) for each in unknown]
    paths = [tuple(each.split(".")[1:]) for each in _INPUT.findall(text)]
    return any(_overlap(path, part) for path in paths for part in parts)


def _overlap(path: tuple[str, ...], part: tuple[str, ...]) -> bool:
    shorter = min(len(path), len(part))
    return path[:shorter] == part[:shorter]
