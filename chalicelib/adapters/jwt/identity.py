"""Who asks, as a bearer token (RFC 6750) says that a trusted issuer has signed (RFC 7519)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import jwt

from chalicelib.kernel.commit import Principal
from chalicelib.kernel.errors import Unauthenticated
from chalicelib.kernel.values import is_identifier
from chalicelib.services.identity import SCOPE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.adapters.jwt.keys import KeySet

DEFAULT_LEEWAY: Final = 30.0
"""Seconds that clocks may differ."""
LARGEST: Final = 8 * 1024
"""Characters of a token; a larger one isn't looked at."""
LONGEST_SUBJECT: Final = 256
LONGEST_TENANT: Final = 64
DEVELOPER: Final = "developer"
MOST_ROLES: Final = 100
"""Of one principal; policies deny whoever has more."""
_REQUIRED: Final = ("exp", "sub", "tenant", "iss", "aud")
_MALFORMED: Final = "the token is malformed"
_TOLD: Final[Mapping[type[jwt.PyJWTError], str]] = {
    jwt.ExpiredSignatureError: "the token has expired",
    jwt.ImmatureSignatureError: "the token is not valid yet",
    jwt.InvalidAudienceError: "the token is for another audience",
    jwt.InvalidIssuerError: "the token is from another issuer",
    jwt.InvalidAlgorithmError: "the token is not signed as its issuer signs",
    jwt.InvalidSignatureError: "the token's signature is not its issuer's",
}


class JwtIdentity:
    """Implements Identity: a group is a role of that name, and a scope the role ``scope:name``.

    A group called developer is no role: that one, which may do everything, belongs to the owner of
    a system on a laptop, and an issuer may use the word for whom it likes.

    Groups say what somebody may do, scopes what a client may do for him: a client that asks for
    a scope named as a group gains nothing, for a group's name has no colon.
    """

    def __init__(
        self, keys: KeySet, issuer: str, audience: str, leeway: float = DEFAULT_LEEWAY
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._leeway = leeway

    def principal(self, headers: Mapping[str, str]) -> Principal:
        """Return whom the token names.

        Raises Unauthenticated, which never quotes it, or Unavailable if no key can be had.
        """
        token = _bearer(headers.get("authorization", ""))
        claims = self._verified(token)
        return Principal("user", _subject(claims), _tenant(claims), _roles(claims))

    def _verified(self, token: str) -> Mapping[str, Any]:
        try:
            key = self._keys.find(jwt.get_unverified_header(token).get("kid"))
            return jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],  # the key's own: a token has no choice
                issuer=self._issuer,
                audience=self._audience,
                leeway=self._leeway,
                options={"require": list(_REQUIRED)},
            )
        except jwt.PyJWTError as error:
            raise Unauthenticated(_told(error)) from None
        except (ValueError, OverflowError, TypeError, RecursionError):
            raise Unauthenticated(_MALFORMED) from None


def _bearer(header: str) -> str:
    if not header:
        raise Unauthenticated("the request has no token: send it as Authorization: Bearer")
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("the header Authorization has no bearer token")
    if len(token) > LARGEST:
        raise Unauthenticated(f"the token is longer than {LARGEST} characters")
    return token


def _told(error: jwt.PyJWTError) -> str:
    if isinstance(error, jwt.MissingRequiredClaimError):
        return f"the token lacks the claim {error.claim}"
    return next((told for kind, told in _TOLD.items() if isinstance(error, kind)), _MALFORMED)


def _subject(claims: Mapping[str, Any]) -> str:
    """Return the id: an issuer's, which may look like ``auth0|7`` or an address."""
    match claims["sub"]:
        case str(found) if 0 < len(found) <= LONGEST_SUBJECT and found.isprintable():
            return found
        case _:
            message = f"the token's claim sub is no text of 1 to {LONGEST_SUBJECT} letters"
            raise Unauthenticated(message)


def _tenant(claims: Mapping[str, Any]) -> str:
    match claims["tenant"]:
        case str(found) if is_identifier(found) and len(found) <= LONGEST_TENANT:
            return found
        case _:
            raise Unauthenticated("the token's claim tenant is no id of a tenant")


def _roles(claims: Mapping[str, Any]) -> tuple[str, ...]:
    groups, scopes = claims.get("groups", []), claims.get("scope", "")
    if not isinstance(groups, list) or not all(_is_name(group) for group in groups):
        raise Unauthenticated("the token's claim groups is no list of ids")
    if not isinstance(scopes, str) or not scopes.isprintable():
        raise Unauthenticated("the token's claim scope is no text of words")
    granted = (group for group in groups if group != DEVELOPER)
    roles = tuple(dict.fromkeys((*granted, *(f"{SCOPE}{each}" for each in scopes.split()))))
    if len(roles) > MOST_ROLES:
        raise Unauthenticated(f"the token has more than {MOST_ROLES} groups and scopes")
    return roles


def _is_name(group: object) -> bool:
    return isinstance(group, str) and is_identifier(group)
