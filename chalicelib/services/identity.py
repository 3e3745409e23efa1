"""Identity: the port that tells who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.kernel.commit import Principal


class Identity(Protocol):
    """Turns what a request carries into a principal with its tenant."""

    def principal(self, headers: Mapping[str, str]) -> Principal:
        """Return who asks (header names are lower-case); raises Unauthenticated."""
