"""Texts as SQLite can hold them."""

from __future__ import annotations


def storable(text: str) -> str:
    """Return a text without NUL, which ends SQLite's, and lone surrogates, which are no UTF-8."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()
