"""Each command that a policy forbids leaves one record; one that it allows leaves its commit."""

import logging
from dataclasses import replace

import pytest

from chalicelib.kernel.commit import Principal
from chalicelib.kernel.errors import Forbidden, Rejected, Unavailable
from chalicelib.services.governance.policy_engine import EVENTS, Decision, Reason
from chalicelib.wiring.embedded import Embedded
from tests.support.client import Client

pytestmark = pytest.mark.requirement("R9")

ORDER = {"orderId": "o-1", "customerId": "c-1", "totalAmount": 99.99}
SHIPMENT = {"orderId": "o-1", "carrier": "DHL", "trackingNumber": "t-1"}
CLERK = Principal("user", "u-1", "default", ("orders.clerk",))


class NoEvents:
    """A PolicyEngine that decides as the other one, but denies every event."""

    def __init__(self, engine):
        self._engine = engine
        self.digest = engine.digest

    def decide(self, package, question):
        if package == EVENTS:
            return Decision(
                allowed=False, reasons=(Reason("tests.none", "no event"),), digest=self.digest
            )
        return self._engine.decide(package, question)


class Broken:
    """A Decisions that does not answer."""

    def record(self, denial):
        raise Unavailable("the table is away")

    def denials(self, tenant, *, limit, before=None):
        raise Unavailable("the table is away")


def denials(embedded, tenant="default"):
    return list(embedded.ports.decisions.denials(tenant, limit=100))


def test_a_forbidden_command_leaves_one_record(embedded):
    """With the policies' reasons and bundle; nothing else does, not even a refusal."""
    clerk = Client(embedded, CLERK)
    clerk.command("PlaceOrder", ORDER)
    with pytest.raises(Rejected):
        Client(embedded).command("ShipOrder", SHIPMENT)

    with pytest.raises(Forbidden) as refused:
        clerk.command("ShipOrder", SHIPMENT)

    (record,) = denials(embedded)
    assert "orders.ShipOrder" == record.subject.type
    assert "default/Order/o-1" == str(record.subject.stream)
    assert CLERK == record.subject.principal
    assert embedded.ports.policies.digest == record.decision.digest
    assert not record.decision.allowed
    said = tuple(f"{reason.rule}: {reason.message}" for reason in record.decision.reasons)
    assert refused.value.reasons == said


def test_a_record_survives_a_restart(settings):
    """It lies in the data folder."""
    with Embedded.assemble(settings) as embedded, pytest.raises(Forbidden):
        Client(embedded, CLERK).command("ShipOrder", SHIPMENT)

    with Embedded.assemble(settings) as embedded:
        assert ["orders.ShipOrder"] == [record.subject.type for record in denials(embedded)]


def test_a_forbidden_event_leaves_one_too(settings):
    """Its command is refused, and stores nothing."""
    with Embedded.assemble(
        settings, adapt=lambda ports: replace(ports, policies=NoEvents(ports.policies))
    ) as embedded:
        with pytest.raises(Forbidden):
            Client(embedded).command("PlaceOrder", ORDER)

        (record,) = denials(embedded)
    assert "orders.OrderPlaced" == record.subject.type
    assert (Reason("tests.none", "no event"),) == record.decision.reasons


def test_the_answer_is_no_whether_or_not_it_is_on_record(settings, caplog):
    """Then the log has it."""
    with (
        Embedded.assemble(settings, adapt=lambda ports: replace(ports, decisions=Broken())) as it,
        caplog.at_level(logging.ERROR),
        pytest.raises(Forbidden),
    ):
        Client(it, CLERK).command("ShipOrder", SHIPMENT)

    assert "the table is away" in caplog.text
