"""What must go through: without it the others would prove nothing."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from chalicelib.cli.demo.stage import ORDER, PLACED
from chalicelib.cli.demo.step import Attempt, Step
from chalicelib.services.event_store import commit_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.cli.demo.stage import Stage

_COMMAND: Final = "/api/commands/PlaceOrder"
_QUERY: Final = f"/api/orders/{ORDER.id}"


def _attempts(stage: Stage) -> Iterator[Attempt]:
    clerk = stage.clerk()
    placed = clerk.ask("POST", _COMMAND, PLACED)
    went_through = placed.status == HTTPStatus.CREATED
    answered = f"{placed.status}: {placed.body['stream']} is at version {placed.body['version']}"
    said = clerk.said("POST", _COMMAND, PLACED)
    yield Attempt(said, answered if went_through else str(placed), went_through, harmless=True)
    token = {"Nexus_Consistency": placed.body["consistencyToken"], "Prefer": "wait=5"}
    read = clerk.ask("GET", _QUERY, **token)
    there = read.status == HTTPStatus.OK and read.body["totalAmount"] == PLACED["totalAmount"]
    answered = f"{read.status}: {read.body['status']}, {read.body['totalAmount']}" if there else ""
    yield Attempt(clerk.said("GET", _QUERY), answered or str(read), there, harmless=True)
    yield _provenance(stage)


def _provenance(stage: Stage) -> Attempt:
    with stage.reading() as reading:
        commit = commit_at(reading.ports.events, ORDER, 1)
        header = reading.system.codec.header(commit)
        policies = reading.ports.policies.digest
    (event,) = header.events
    told = (
        f"{event.schema.type} v{event.schema.version} for {header.principal.id}; "
        f"approved by policies {header.policy_digest.hex()[:12]}, "
        f"decided by code {header.code_digest.hex()[:12]}, sealed by {commit.hash.hex()[:12]}"
    )
    governed = header.policy_digest.hex() == policies
    return Attempt(f"nexus streams show {ORDER}", told, governed, harmless=True)


GOOD_ORDER: Final = Step(
    name="good-order",
    title="First, that it works",
    tries="A clerk places an order over HTTP and reads it back.",
    stopped_by="",
    attempts=_attempts,
)
