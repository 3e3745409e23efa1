"""An issuer of tokens for one's own machine: its key pair lies in the data folder."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from chalicelib.adapters.embedded.identity import refuse_on_aws
from chalicelib.kernel.errors import Misconfigured, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

KEY: Final = "token-key.pem"
_ALGORITHM: Final = "EdDSA"
_PRIVATE: Final = 0o700
_ONLY_OWNER: Final = 0o600
_OTHERS: Final = 0o077


class LocalIssuer:
    """Signs with the folder's key, which is made if there is none; only its owner may read it.

    Raises Misconfigured on AWS, where nobody may issue tokens to himself, and if the key can't be
    made or others may read it.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] = os.environ) -> None:
        refuse_on_aws("tokens need an issuer, set NEXUS_JWKS", environment)
        self._path = folder / KEY
        try:
            _make(self._path)
            self._key()
        except (OSError, Unavailable) as error:
            raise Misconfigured(f"{self._path} can't be made or read: {error}") from error

    def token(
        self,
        claims: Mapping[str, str | Sequence[str]],
        *,
        issuer: str,
        audience: str,
        lifetime: timedelta,
    ) -> tuple[str, datetime]:
        """Return a signed token with these claims, and when it expires."""
        now = datetime.now(UTC).replace(microsecond=0)
        expires = now + lifetime
        dated = {"iss": issuer, "aud": audience, "iat": now, "exp": expires}
        key = self._key()
        headers = {"kid": _kid(key)}
        return jwt.encode({**claims, **dated}, key, _ALGORITHM, headers), expires

    def key_set(self) -> bytes:
        """Return the public key, as it lies there now; raises Unavailable."""
        key = self._key()
        public = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
        named = {**public, "alg": _ALGORITHM, "use": "sig", "kid": _kid(key)}
        return json.dumps({"keys": [named]}).encode()

    def _key(self) -> Ed25519PrivateKey:
        try:
            if self._path.stat().st_mode & _OTHERS:
                raise Misconfigured(f"others may read {self._path}: chmod 600, or delete it")
            key = serialization.load_pem_private_key(self._path.read_bytes(), password=None)
        except (OSError, ValueError, TypeError) as error:
            raise Unavailable(f"the key {self._path} can't be read") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise Unavailable(f"{self._path} is no Ed25519 key")
        return key


def _kid(key: Ed25519PrivateKey) -> str:
    return hashlib.sha256(key.public_key().public_bytes_raw()).hexdigest()[:16]


def _make(path: Path) -> None:
    """Write a new key beside its place and link it there: whole, or not at all; the first wins."""
    if path.exists():
        return
    path.parent.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_OWNER)
    try:
        with os.fdopen(file, "wb") as opened:
            opened.write(pem)
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()
