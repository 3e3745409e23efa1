"""An issuer of tokens that a test can make say anything."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

ISSUER = "https://issuer.example"
AUDIENCE = "nexus-test"
_BITS = 2048


@dataclass
class Issuer:
    """A key pair with its id; EdDSA, unless told otherwise."""

    kid: str = "one"
    algorithm: str = "EdDSA"
    key: Any = field(init=False)

    def __post_init__(self) -> None:
        match self.algorithm:
            case "RS256":
                self.key = rsa.generate_private_key(65_537, _BITS)
            case "ES256":
                self.key = ec.generate_private_key(ec.SECP256R1())
            case _:
                self.key = ed25519.Ed25519PrivateKey.generate()

    def jwk(self, **others: str) -> dict[str, Any]:
        """Return the public key."""
        forms: dict[str, Any] = {"RS256": RSAAlgorithm, "ES256": ECAlgorithm, "EdDSA": OKPAlgorithm}
        public = forms[self.algorithm].to_jwk(self.key.public_key(), as_dict=True)
        return {**public, "kid": self.kid, **others}

    def token(self, **changes: Any) -> str:
        """Return a token that is fine but for the changes; None leaves a claim out."""
        changed = claims() | changes
        given = {name: value for name, value in changed.items() if value is not None}
        return jwt.encode(given, self.key, self.algorithm, {"kid": self.kid})


def claims() -> dict[str, Any]:
    """Return claims that are fine."""
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "exp": int(time.time()) + 3600,
        "sub": "alice",
        "tenant": "default",
        "groups": ["orders.clerk"],
        "scope": "temporal:read operations",
    }


def key_set(*issuers: Issuer) -> bytes:
    """Return their public keys as JWKS."""
    return json.dumps({"keys": [issuer.jwk() for issuer in issuers]}).encode()


def bearer(token: str) -> dict[str, str]:
    """Return the header that brings a token."""
    return {"authorization": f"Bearer {token}"}
