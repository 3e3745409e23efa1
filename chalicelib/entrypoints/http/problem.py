"""A type of problem, as programs and people know it."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """What an error is called, its HTTP status, and for people: what it means, what to do."""

    name: str
    title: str
    status: int
    meaning: str
    remedy: str

    @property
    def type(self) -> str:
        """The ``type`` of its problem documents: the address of the page that explains it."""
        return f"/problems/{self.name}"
