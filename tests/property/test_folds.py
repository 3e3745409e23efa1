"""Laws of the fold: what must hold of every decider and projection, whatever has happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.orders import orders
from chalicelib.domain.orders.commands import (
    CancelOrder,
    DeliverOrder,
    PayOrder,
    PlaceOrder,
    ShipOrder,
)
from chalicelib.domain.orders.order import Status, order
from chalicelib.kernel.commit import Path, RecordedEvent
from chalicelib.kernel.errors import Refusal
from chalicelib.kernel.messages import Event
from chalicelib.kernel.stream import StreamId

STREAM = StreamId("default", "Order", "o-1")
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
AMOUNTS = st.sampled_from([Decimal(5), Decimal("5.01")])

commands = st.lists(
    st.one_of(
        st.builds(PlaceOrder, st.just("o-1"), st.just("c-1"), AMOUNTS),
        st.builds(PayOrder, st.just("o-1"), st.sampled_from(["p-1", "p-2"]), AMOUNTS),
        st.builds(ShipOrder, st.just("o-1"), st.just("DHL"), st.sampled_from(["t-1", "t-2"])),
        st.builds(DeliverOrder, st.just("o-1")),
        st.builds(CancelOrder, st.just("o-1")),
    ),
    max_size=12,
)
bounded = settings(max_examples=200, deadline=None, derandomize=True)
decider = order.decider


def history(asked):
    """Return the events that a series of commands leads to; those that are refused lead to none."""
    state = decider.initial
    events: list[Event] = []
    for command in asked:
        try:
            new = decider.decide(command, state)
        except Refusal:
            continue
        state = decider.fold(state, new)
        events += new
    return events


def recorded(events):
    return [
        RecordedEvent(STREAM, n, "-", 1, Path.CORE, NOON + timedelta(n), NOON, event)
        for n, event in enumerate(events, start=1)
    ]


@pytest.mark.requirement("R3")
@bounded
@given(commands, st.integers(0, 20))
def test_a_state_may_be_kept_anywhere_on_the_way(asked, cut):
    """
    Folding all at once, or up to a snapshot and on from there, comes to the same.
    """
    events = history(asked)

    snapshot = decider.fold(decider.initial, events[:cut])
    assert decider.fold(decider.initial, events) == decider.fold(snapshot, events[cut:])


@pytest.mark.requirement("T16")
@bounded
@given(commands)
def test_a_repeated_command_never_happens_twice(asked):
    """
    What was accepted and is asked again right away leads to no more events.
    """
    state = decider.fold(decider.initial, history(asked))
    for command in asked:
        try:
            after = decider.fold(state, decider.decide(command, state))
            again = decider.decide(command, after)
        except Refusal:
            continue
        assert [] == list(again)


@pytest.mark.requirement("T16")
@bounded
@given(commands)
def test_an_order_goes_one_way(asked):
    """
    Cancelled excludes shipped; paid comes before shipped, shipped before delivered; each once.
    """
    names = [type(event).__name__ for event in history(asked)]

    assert len(names) == len(set(names))
    assert not {"OrderCancelled", "OrderShipped"} <= set(names)
    way = ["OrderPlaced", "OrderPaid", "OrderShipped", "OrderDelivered"]
    places = [names.index(name) if name in names else None for name in way]
    known = [place for place in places if place is not None]
    assert known == sorted(known)
    assert places == known + [None] * (len(way) - len(known))


@pytest.mark.requirement("T8")
@bounded
@given(commands)
def test_every_projection_follows_the_aggregate(asked):
    """
    Each read model shows the status that the aggregate has, and all of them have one or none.
    """
    events = history(asked)
    state = decider.fold(decider.initial, events)
    for projection in orders.projections:
        document = None
        for event in recorded(events):
            document = projection.apply(document, event)
        expected: Status | None = state.status if state else None
        assert expected == (document.status if document else None)
