"""Policy replay over commits: data of events stand for a command's only if its hash proves it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from chalicelib.adapters.rego.bundle import read_bundle
from chalicelib.adapters.rego.inputs import readers
from chalicelib.domain.orders.commands import PlaceOrder
from chalicelib.kernel.stream import StreamId
from chalicelib.services.governance.policy_replay import Answer, PolicyReplay
from chalicelib.wiring.resources import resource
from tests.support.client import Client

pytestmark = pytest.mark.requirement("R9")

ORDER = {"orderId": "o-1", "customerId": "c-1", "totalAmount": 99.99}


@pytest.fixture(name="replay")
def _replay(embedded):
    """The policies of today, asked again."""
    asked = partial(readers, read_bundle(resource("policies/rego")))
    kinds = {"orders.PlaceOrder": PlaceOrder}
    return PolicyReplay(embedded.ports.policies, asked, kinds, embedded.system.shapes)


def placed(embedded, **said):
    """The commit of an order."""
    Client(embedded).command("PlaceOrder", ORDER, **said)
    (commit,) = embedded.ports.events.read(StreamId("default", "Order", "o-1"), strong=True)
    return embedded.system.codec.unpack(commit)


def test_a_command_is_rebuilt_and_proven(embedded, replay):
    """Then all rules are asked."""
    again = replay.allowed(placed(embedded))

    assert (Answer.ALLOWED, (), ()) == (again.now, again.reasons, again.unasked)
    assert not again.otherwise


def test_a_dated_command_too(embedded, replay):
    """Its effective time is that of its events, and in the hash."""
    dated = datetime.now(UTC) - timedelta(days=1)

    assert Answer.ALLOWED is replay.allowed(placed(embedded, effective_at=dated)).now


def test_what_is_not_proven_is_not_taken_for_the_command(embedded, replay):
    """Though the events have every field: a rule that may read them is not asked."""
    commit = placed(embedded)
    other = replace(commit, header=replace(commit.header, input_hash=bytes(32)))

    again = replay.allowed(other)

    assert (Answer.NOT_DENIED, ("nexus.commands.large_orders",)) == (
        again.now,
        again.unasked,
    )


def test_a_command_that_is_no_more_has_no_data(embedded, replay):
    """As one that a context has given up."""
    again = replace(replay, kinds={}).allowed(placed(embedded))

    assert Answer.NOT_DENIED is again.now
