"""A process as a warm Lambda is: the write side on DynamoDB Local, counting its requests."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.aws.dynamodb.calls import Dynamo
from chalicelib.domain.orders import orders
from chalicelib.services.command_handler import CommandRequest, CommandResult
from chalicelib.services.governance.provenance import Request
from chalicelib.services.side_by_side import IN_TURN
from chalicelib.wiring.aws import write_ports
from chalicelib.wiring.container import write_side
from tests.support.client import DEVELOPER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.kernel.context import BoundedContext

NO_SNAPSHOTS = 1_000
"""An interval that no test reaches."""


class WritingProcess:
    """Knows what it has written and read itself; ``changes`` are ports to have instead."""

    def __init__(
        self, prefix: str, dynamo: Dynamo, context: BoundedContext = orders, **changes: Any
    ) -> None:
        self.dynamo = dynamo
        self.ports = replace(write_ports(prefix, dynamo), reads=IN_TURN, **changes)
        self.write = write_side(self.ports, (context,), snapshot_interval=NO_SNAPSHOTS)

    def command(
        self,
        name: str,
        data: Mapping[str, object],
        key: str | None = None,
        *,
        tenant: str = "default",
        correlation_id: str = "test",
    ) -> CommandResult:
        """Handle a command; ``key`` is the idempotency key."""
        request = Request(replace(DEVELOPER, tenant=tenant), correlation_id)
        asked = CommandRequest(request, key or str(uuid.uuid4()), data)
        return self.write.commands.handle(name, asked)

    def requests(self) -> dict[str, int]:
        """Return how many requests were made since the last time, by what they were for."""
        spent = self.dynamo.meter.drain()
        return {operation: cost.requests for (operation, _), cost in spent.items()}
