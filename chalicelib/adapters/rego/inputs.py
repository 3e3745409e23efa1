"""Which rules may read a part of the question: told by their text, and rather too many than few."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

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


def readers(bundle: Bundle, unknown: Collection[str]) -> frozenset[str]:
    """Return the rules that may read an unknown part, as ``command.data``, or what holds one."""
    texts = {
        path.removesuffix(".rego").replace("/", "."): _IGNORED.sub('""', rego)
        for path, rego in bundle.rules.items()
    }
    return frozenset(
        f"nexus.{module}"
        for module in texts
        if any(_reads(texts[each], unknown) for each in _closure(module, texts))
    )


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
