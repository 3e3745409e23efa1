"""Who asks, by the settings; what tokens need is imported when they are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.adapters.embedded.identity import DeveloperIdentity
from chalicelib.wiring.settings import JWT

if TYPE_CHECKING:
    from chalicelib.services.identity import Identity
    from chalicelib.wiring.settings import Settings


def identity(settings: Settings) -> Identity:
    """Return who tells who asks; calls nobody, raises Misconfigured.

    Without a place of keys, the data folder's own issuer is trusted.
    """
    if settings.auth != JWT:
        return DeveloperIdentity()
    from chalicelib.adapters.jwt.identity import JwtIdentity  # noqa: PLC0415 - only if chosen
    from chalicelib.adapters.jwt.keys import KeySet  # noqa: PLC0415 - likewise
    from chalicelib.adapters.jwt.local_issuer import LocalIssuer  # noqa: PLC0415 - likewise
    from chalicelib.adapters.jwt.sources import key_source  # noqa: PLC0415 - likewise

    tokens = settings.tokens
    read = key_source(tokens.keys) if tokens.keys else LocalIssuer(settings.data).key_set
    return JwtIdentity(KeySet(read), tokens.issuer, tokens.audience)
