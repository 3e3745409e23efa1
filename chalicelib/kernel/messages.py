"""Commands ask, events tell; both are frozen dataclasses of plain values."""

from __future__ import annotations


class Event:
    """Something that has happened. Its registered schema bears the same name and fields."""


class Command:
    """Something that somebody wants. Its fields' types and limits are the whole edge validation."""


def message_type(context: str, message: type[Event | Command]) -> str:
    """Return the name that the world knows a message by, as ``orders.OrderPlaced``."""
    return f"{context}.{message.__name__}"
