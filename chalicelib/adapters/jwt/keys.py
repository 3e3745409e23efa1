"""The keys that an issuer signs with, as a JSON Web Key Set (RFC 7517), kept for a while."""

from __future__ import annotations

import json
import time
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import jwt

from chalicelib.kernel.errors import Misconfigured, Unauthenticated, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ALGORITHMS: Final = ("RS256", "ES256", "EdDSA")
"""All asymmetric: whoever can verify a token can't sign one."""
MAX_AGE: Final = 300.0
"""Seconds after which the keys are read again, so that one withdrawn is soon without effect."""
PAUSE: Final = 10.0
"""Seconds between two readings, however many tokens name an unknown key, or readings fail."""
_SMALLEST_RSA: Final = 2048
"""Bits, as RFC 7518 wants it."""


class KeySet:
    """The keys by their ids, read when first needed; where reading fails, known keys go on."""

    def __init__(
        self, read: Callable[[], bytes], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._clock = clock
        self._reading = Lock()
        self._keys: Mapping[str | None, jwt.PyJWK] = {}
        self._fresh_until = self._next_reading = float("-inf")

    def find(self, kid: object) -> jwt.PyJWK:
        """Return the key with that id; without an id, the only one there is.

        Raises Unauthenticated if there is none, Unavailable if no key could ever be read.
        """
        if (key := self._known(kid)) is None or self._clock() >= self._fresh_until:
            # Whoever has a key does not wait while another reads; who has none, does.
            if self._reading.acquire(blocking=key is None):
                try:
                    self._refresh(missing=self._known(kid) is None)
                finally:
                    self._reading.release()
            key = self._known(kid)
        if key is not None:
            return key
        if not self._keys:
            raise Unavailable("the keys that tokens are verified with can't be read")
        raise Unauthenticated("the token is signed with a key that its issuer does not have")

    def _known(self, kid: object) -> jwt.PyJWK | None:
        keys = self._keys
        if kid is None:
            return next(iter(keys.values())) if len(keys) == 1 else None
        return keys.get(kid) if isinstance(kid, str) else None

    def _refresh(self, *, missing: bool) -> None:
        """Read the keys, unless somebody has just done so."""
        now = self._clock()
        if now < self._next_reading or not (missing or now >= self._fresh_until):
            return
        try:
            found = {key.key_id: key for key in _usable(self._read())}
        except (Unavailable, Misconfigured):
            found = {}
        self._next_reading = self._clock() + PAUSE
        if found:
            self._keys = found
            self._fresh_until = self._clock() + MAX_AGE


def _usable(content: bytes) -> Iterator[jwt.PyJWK]:
    """Yield the keys that may sign tokens; others, as those to encrypt with, are passed over."""
    try:
        listed = json.loads(content)["keys"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict) and each.get("use", "sig") == "sig":
            try:
                key = jwt.PyJWK(each)
            except (jwt.PyJWTError, ValueError, TypeError):
                continue
            if _is_strong(key):
                yield key


def _is_strong(key: jwt.PyJWK) -> bool:
    public: Any = key.key
    large = key.key_type != "RSA" or public.key_size >= _SMALLEST_RSA
    return key.algorithm_name in ALGORITHMS and large
