"""A client of the embedded system without HTTP: commands, queries, and the pump stepped by hand."""

from __future__ import annotations

import json
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chalicelib.kernel.commit import Principal
from chalicelib.kernel.views import Many, One, Totals
from chalicelib.services.command_handler import CommandRequest, CommandResult
from chalicelib.services.consistency import decode_token
from chalicelib.services.governance.provenance import Request
from chalicelib.services.queries import Question
from chalicelib.wiring.contexts import CONTEXTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.kernel.views import View
    from chalicelib.wiring.embedded import Embedded

DEVELOPER = Principal("developer", "developer", "default", ("developer",))


class Client:
    """What a test says to the system in one line."""

    def __init__(self, embedded: Embedded, principal: Principal = DEVELOPER) -> None:
        self.embedded = embedded
        self.system = embedded.system
        self.principal = principal

    def command(
        self, name: str, data: Mapping[str, Any], key: str | None = None, **options: Any
    ) -> CommandResult:
        """Handle a command; ``key`` is the idempotency key."""
        asked = CommandRequest(
            Request(self.principal, correlation_id="test"),
            key or str(uuid.uuid4()),
            self.system.read_json(json.dumps(data).encode()),
            **options,
        )
        return self.system.commands.handle(name, asked)

    def settle(self) -> None:
        """Step the pump until nothing is left to carry."""
        while self.embedded.pump.step():
            pass

    def one(self, route: str, token: str | None = None, **captured: str) -> dict[str, Any]:
        """Return a document."""
        view = _view(One, route)
        document = self.system.queries.one(view, self._asked([], captured, token))
        assert document.body is not None
        return dict(json.loads(document.body))

    def many(self, route: str, *parameters: tuple[str, str], **captured: str) -> list[Any]:
        """Return all pages of a list."""
        items: list[Any] = []
        cursor: list[tuple[str, str]] = []
        while True:
            asked = self._asked([*parameters, *cursor], captured, None)
            page = self.system.queries.many(_view(Many, route), asked)
            items += [json.loads(body) for body in page.items]
            if page.next is None:
                return items
            cursor = [("cursor", page.next)]

    def totals(self, route: str, *parameters: tuple[str, str]) -> list[dict[str, Any]]:
        """Return the groups."""
        rows = self.system.queries.totals(_view(Totals, route), self._asked(parameters, {}, None))
        return [json.loads(row, parse_float=Decimal) for row in rows.items]

    def _asked(self, parameters: Any, captured: Mapping[str, str], token: str | None) -> Question:
        after = decode_token(token) if token else ()
        return Question(self.principal.tenant, list(parameters), captured, after)


def _view(kind: type[Any], route: str) -> Any:
    found: list[View] = [view for context in CONTEXTS for view in context.views]
    return next(view for view in found if isinstance(view, kind) and view.route == route)
