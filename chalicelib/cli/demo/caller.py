"""Somebody with a bearer token, who asks over HTTP."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.jwt.local_issuer import LocalIssuer
from chalicelib.cli.demo.step import Attempt
from chalicelib.wiring.settings import DEFAULT_AUDIENCE, LOCAL_ISSUER

if TYPE_CHECKING:
    from pathlib import Path

_LIFETIME: Final = timedelta(minutes=10)
_TIMEOUT: Final = 15.0
"""Seconds; a query waits for its write for two."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, and the JSON body."""

    status: int
    body: Any

    def __str__(self) -> str:
        """Return the status; of a problem its title, and its reasons or what it says in detail."""
        if "title" not in self.body:
            return str(self.status)
        reasons = "; ".join(self.body.get("reasons", [])) or self.body["detail"]
        return f"{self.status} {self.body['title']}: {reasons}"


@dataclass(frozen=True, slots=True)
class Caller:
    """A person with a token; ``known`` is what the demo calls him."""

    address: str
    token: str
    known: str

    @classmethod
    def of(cls, address: str, data: Path, sub: str, tenant: str, group: str) -> Caller:
        """Return one with a token as ``nexus token`` signs it; raises Misconfigured."""
        claims = {"sub": sub, "tenant": tenant, "groups": [group], "scope": "temporal:read"}
        signed, _ = LocalIssuer(data).token(
            claims, issuer=LOCAL_ISSUER, audience=DEFAULT_AUDIENCE, lifetime=_LIFETIME
        )
        return cls(address, signed, f"{sub} ({group} of {tenant})")

    def ask(self, method: str, path: str, data: object = None, **headers: str) -> Answer:
        """Send a request; in header names, _ stands for -. Raises OSError, or ValueError."""
        body = None if data is None else json.dumps(data)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named |= {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        with closing(HTTPConnection(self.address, timeout=_TIMEOUT)) as connection:
            connection.request(method, path, body, named)
            answered = connection.getresponse()
            return Answer(answered.status, json.loads(answered.read()))

    def refused(self, status: int, method: str, path: str, data: object = None) -> Attempt:
        """Ask for what has to be answered with that status."""
        answer = self.ask(method, path, data)
        return Attempt(self.said(method, path, data), str(answer), answer.status == status)

    def said(self, method: str, path: str, data: object = None) -> str:
        """Return a request in one line."""
        body = "" if data is None else f" {json.dumps(data, separators=(',', ':'))}"
        return f"{method} {path}{body}, by {self.known}"
