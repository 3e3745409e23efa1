"""Frames as text, for carriers that take no bytes, as SNS: base64, in one line."""

from __future__ import annotations

import base64

from chalicelib.kernel.errors import CorruptStream


def to_text(data: bytes) -> str:
    """Return the bytes as text, a third longer."""
    return base64.b64encode(data).decode()


def from_text(text: str) -> bytes:
    """Return what ``to_text`` was given; raises CorruptStream."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise CorruptStream(f"this text is no base64: {error}") from error
