"""A command that its sender may not issue."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from chalicelib.cli.demo.stage import ORDER
from chalicelib.cli.demo.step import Attempt, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.cli.demo.stage import Stage

_LARGE: Final = {"orderId": "demo-2", "customerId": "cust-1", "totalAmount": 10_000.01}


def _attempts(stage: Stage) -> Iterator[Attempt]:
    clerk = stage.clerk()
    yield clerk.refused(HTTPStatus.FORBIDDEN, "POST", "/api/commands/PlaceOrder", _LARGE)
    yield clerk.refused(HTTPStatus.NOT_FOUND, "GET", f"/api/streams/Order/{_LARGE['orderId']}")
    yield _record(stage)


def _record(stage: Stage) -> Attempt:
    with stage.reading() as reading:
        denials = reading.ports.decisions.denials(ORDER.tenant, limit=1)
    told = "; ".join(
        f"{each.subject.type} was denied to {each.subject.principal.id}, "
        f"by policies {each.decision.digest[:12]}"
        for each in denials
    )
    return Attempt("nexus policies decisions", told or "none", bool(denials), harmless=True)


DENIED_COMMAND: Final = Step(
    name="denied-command",
    title="A forbidden command",
    tries="The same clerk places an order above the limit of 10,000.",
    stopped_by="the policies (Rego), before anything was decided",
    attempts=_attempts,
)
