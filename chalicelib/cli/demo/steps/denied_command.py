"""A command that its sender may not issue."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from chalicelib.cli.demo.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.cli.demo.stage import Stage
    from chalicelib.cli.demo.step import Attempt

_LARGE: Final = {"orderId": "demo-2", "customerId": "cust-1", "totalAmount": 10_000.01}


def _attempts(stage: Stage) -> Iterator[Attempt]:
    clerk = stage.clerk()
    yield clerk.refused(HTTPStatus.FORBIDDEN, "POST", "/api/commands/PlaceOrder", _LARGE)
    yield clerk.refused(HTTPStatus.NOT_FOUND, "GET", f"/api/streams/Order/{_LARGE['orderId']}")


DENIED_COMMAND: Final = Step(
    name="denied-command",
    title="A forbidden command",
    tries="The same clerk places an order above the limit of 10,000; then we look for it.",
    stopped_by="the policies (Rego), before anything was decided",
    attempts=_attempts,
)
