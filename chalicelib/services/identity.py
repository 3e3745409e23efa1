"""Identity: the port that tells who asks, and what a token has to allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.kernel.errors import Forbidden

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.kernel.commit import Principal

SCOPE: Final = "scope:"
"""Before a scope among the roles of a principal."""
TEMPORAL: Final = "temporal:read"
OPERATIONS: Final = "operations"


class Identity(Protocol):
    """Turns what a request carries into a principal with its tenant."""

    def principal(self, headers: Mapping[str, str]) -> Principal:
        """Return who asks (header names are lower-case); raises Unauthenticated or Unavailable."""


def require_scope(principal: Principal, scope: str) -> None:
    """Let a user pass only with the scope; the developer has no token. Raises Forbidden."""
    if principal.kind != "developer" and f"{SCOPE}{scope}" not in principal.roles:
        raise Forbidden("the token does not allow it", [f"it takes the scope {scope}"])
