"""A request, read once: what arrived over HTTP becomes what the services are asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote
from uuid import uuid4

from chalicelib.entrypoints.http import headers as read
from chalicelib.entrypoints.http.errors import BodyTooLarge
from chalicelib.kernel.errors import Fault, InvalidInput
from chalicelib.kernel.values import is_identifier
from chalicelib.services.command_handler import CommandRequest
from chalicelib.services.consistency import decode_token
from chalicelib.services.governance.provenance import Request
from chalicelib.services.identity import require_scope
from chalicelib.services.queries import Question
from chalicelib.wiring import current

if TYPE_CHECKING:
    from collections.abc import Mapping

    import chalice.app

    from chalicelib.kernel.commit import Principal
    from chalicelib.services.query_language import Parameters

MAX_BODY: Final = 1024 * 1024
"""Bytes."""
MAX_BATCH: Final = 4 * MAX_BODY
"""Bytes of a body that holds many commands."""
BATCHES: Final = "/api/commands"
"""Where they are sent."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as it arrived, decoded once; header names are in lower case."""

    captured: Mapping[str, str]
    """What the route's placeholders caught: each is an id."""
    parameters: Parameters
    headers: Mapping[str, str]
    body: bytes
    limit: int
    """Bytes that the body may have."""
    correlation_id: str

    @classmethod
    def of(
        cls, request: chalice.app.Request, captured: Mapping[str, str], correlation_id: str
    ) -> Incoming:
        """Decode Chalice's request; raises InvalidInput for a capture that is no id."""
        found = request.query_params
        pairs = [(name, text) for name in found for text in found.getlist(name)] if found else []
        body = request.raw_body
        return cls(
            captured=_decoded(captured),
            parameters=pairs,
            headers=joined_headers(request),
            body=body if isinstance(body, bytes) else body.encode(),
            limit=body_limit(request.path),
            correlation_id=correlation_id,
        )

    def json(self) -> object:
        """Return the body; raises UnsupportedMediaType, BodyTooLarge or InvalidInput."""
        read.require_json(self.headers.get("content-type", ""))
        if len(self.body) > self.limit:
            raise BodyTooLarge(self.limit)
        return current().read_json(self.body)

    def conversation(self) -> Request:
        """Return who asks, and in which conversation; raises Unauthenticated."""
        return Request(
            principal=current().identity.principal(self.headers),
            correlation_id=self.correlation_id,
            trace=read.trace(self.headers.get("x-amzn-trace-id", "")),
        )

    def principal(self, scope: str) -> Principal:
        """Return who asks; raises Unauthenticated, or Forbidden if his token lacks the scope."""
        found = self.conversation().principal
        require_scope(found, scope)
        return found

    def command(self) -> CommandRequest:
        """Return the command that is asked for; raises Unauthenticated or InvalidInput."""
        request = self.conversation()
        key = self.headers.get("idempotency-key")
        expected = self.headers.get("if-match")
        effective = self.headers.get("nexus-effective-at")
        return CommandRequest(
            request=request,
            command_id=str(uuid4()) if key is None else read.identifier("Idempotency-Key", key),
            if_match=None if expected is None else read.version("If-Match", expected),
            effective_at=None
            if effective is None
            else read.moment("Nexus-Effective-At", effective),
            data=self.json(),
        )

    def question(self) -> Question:
        """Return the question that is asked; raises Unauthenticated or InvalidInput."""
        token = self.headers.get("nexus-consistency")
        return Question(
            tenant=self.conversation().principal.tenant,
            parameters=self.parameters,
            captured=self.captured,
            after=() if token is None else decode_token(token),
            wait=read.wait(self.headers.get("prefer", "")),
            anew=read.wants_anew(self.headers.get("cache-control", "")),
        )


def body_limit(path: str) -> int:
    """Return the bytes that a body may have which is sent there."""
    return MAX_BATCH if path == BATCHES else MAX_BODY


def correlation_id(given: str | None) -> str:
    """Return the id that the caller gave, or a new one if there is none or it is no id."""
    return given if given and is_identifier(given) else str(uuid4())


def joined_headers(request: chalice.app.Request) -> Mapping[str, str]:
    """Return all headers; what came more than once is joined by commas, as RFC 9110 wants it."""
    several = request.to_original_event().get("multiValueHeaders") or {}
    single = {name.lower(): value for name, value in request.headers.items()}
    return single | {name.lower(): ", ".join(values) for name, values in several.items()}


def _decoded(captured: Mapping[str, str]) -> Mapping[str, str]:
    """Percent-decode, here and nowhere else; what comes out must be ids."""
    found = {name: unquote(text) for name, text in captured.items()}
    faults = [Fault(name, "is no id") for name, text in found.items() if not is_identifier(text)]
    if faults:
        message = "an id in the path is 1 to 128 of A-Z a-z 0-9 . _ ~ -, and neither . nor .."
        raise InvalidInput(message, faults)
    return found
