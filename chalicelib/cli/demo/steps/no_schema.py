"""An event whose schema nobody has registered."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.cli.demo.step import Attempt, Step
from chalicelib.kernel.commit import Principal
from chalicelib.kernel.context import Aggregate, BoundedContext
from chalicelib.kernel.decider import Decider
from chalicelib.kernel.errors import SchemaViolation
from chalicelib.kernel.messages import Command, Event
from chalicelib.kernel.stream import StreamId
from chalicelib.kernel.values import Identifier
from chalicelib.services.command_handler import CommandRequest
from chalicelib.services.governance.provenance import Request
from chalicelib.services.snapshot_manager import DEFAULT_INTERVAL
from chalicelib.wiring.container import write_side

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chalicelib.cli.demo.stage import Stage
    from chalicelib.wiring.container import WritePorts

_DEVELOPER: Final = Principal("developer", "developer", "default", ("developer",))
"""He may issue every command, so it's not the policies that stop him."""


@dataclass(frozen=True)
class GiveCoupon(Command):
    """Give a coupon away."""

    coupon_id: Identifier


@dataclass(frozen=True)
class CouponGiven(Event):
    """A coupon was given; there is no schemas/avro/coupons/CouponGiven."""

    coupon_id: Identifier


def _decide(command: Command, given: CouponGiven | None) -> Sequence[Event]:
    return [CouponGiven("demo-1")]


def _evolve(given: CouponGiven | None, event: Event) -> CouponGiven | None:
    return event if isinstance(event, CouponGiven) else given


_COUPONS: Final = BoundedContext(
    name="coupons",
    aggregates=(
        Aggregate(
            name="Coupon",
            identity="coupon_id",
            state=CouponGiven,
            decider=Decider(initial=None, evolve=_evolve, decide=_decide),
            commands=(GiveCoupon,),
            events=(CouponGiven,),
        ),
    ),
)


def _attempts(stage: Stage) -> Iterator[Attempt]:
    with stage.write_ports() as ports:
        answered, refused = _given(ports)
        stored = list(ports.events.read(StreamId("default", "Coupon", "demo-1"), strong=True))
    how = "CommandHandler.handle(coupons.GiveCoupon), which emits coupons.CouponGiven, by developer"
    told = f"{answered}; commits of Coupon/demo-1 in the store: {len(stored)}"
    yield Attempt(how, told, refused and not stored)


def _given(ports: WritePorts) -> tuple[str, bool]:
    """Return what the command handler answers, and whether it is that the schema is missing."""
    commands = write_side(ports, (_COUPONS,), snapshot_interval=DEFAULT_INTERVAL).commands
    request = Request(_DEVELOPER, correlation_id="demo")
    asked = CommandRequest(request, str(uuid.uuid4()), {"couponId": "demo-1"})
    try:
        return f"accepted at version {commands.handle('GiveCoupon', asked).version}", False
    except SchemaViolation as error:
        return f"SchemaViolation: {error}", True


NO_SCHEMA: Final = Step(
    name="no-schema",
    title="An event without a schema",
    tries="New code emits an event that nobody has described, onto the running system's own store.",
    stopped_by="the schema registry, before the append",
    attempts=_attempts,
)
