"""Texts as every store can hold them."""

from __future__ import annotations

from typing import Final

_CUT: Final = " … "


def storable(text: str) -> str:
    """Return a text without NUL, which ends SQLite's, and lone surrogates, which are no UTF-8."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def shortened(text: str, limit: int) -> str:
    """Return a storable text of at most ``limit`` characters: of a longer one, both its ends."""
    text = storable(text)
    if len(text) <= limit:
        return text
    tail = (limit - len(_CUT)) // 2
    return text[: limit - len(_CUT) - tail] + _CUT + text[-tail:]
