"""Feeding over real adapters: what fails beside the index that answers holds nobody up."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.kernel.errors import Rejected, Unavailable
from chalicelib.services import feeding
from chalicelib.services.lineups import State
from chalicelib.wiring.embedded import Embedded
from tests.integration.test_rebuilds import (
    FIRST,
    SECOND,
    Killed,
    fold,
    held_by,
    last,
    live,
    live_index,
    rebuilder,
    shown,
)
from tests.support.client import Client

pytestmark = [pytest.mark.requirement("R6"), pytest.mark.requirement("T8")]

REST = feeding.REST
THIRD = f"{FIRST}-r3"


class Weather:
    """Read models of which some indexes fail for a while; and a clock that is set by hand."""

    def __init__(self):
        self.broken = {}
        """By index, what a put raises."""
        self.gone = set()
        self.later = timedelta()
        self.tries = []
        self._ports = None

    def adapt(self, ports):
        self._ports = ports
        return replace(ports, read_models=self, now=lambda: ports.now() + self.later)

    def __getattr__(self, name):
        return getattr(self._ports.read_models, name)

    def put(self, index, documents, *, visible=True):
        self.tries.append(index)
        if index in self.broken:
            raise self.broken[index]
        self._ports.read_models.put(index, documents, visible=visible)

    def exists(self, index, fields):
        return index not in self.gone and self._ports.read_models.exists(index, fields)


@pytest.fixture(name="weather")
def _weather():
    return Weather()


@pytest.fixture(name="client")
def _client(settings, weather):
    """An order, shown by the second index; the first is kept from before."""
    with Embedded.assemble(settings, adapt=weather.adapt) as embedded:
        client = Client(embedded)
        live(client, "o-0")
        client.settle()
        rebuilder(client).start()
        client.settle()
        assert (SECOND, FIRST) == rebuilder(client).lineup().fed
        weather.tries.clear()
        yield client


def orders(client):
    return {each["orderId"] for each in client.many("/api/orders")}


def owed(client):
    return {
        index: {stream.id for stream in streams}
        for index, streams in rebuilder(client).lineup().owed.items()
    }


@pytest.mark.parametrize("failure", [Unavailable("away"), ValueError("nonsense")])
def test_it_is_noted_and_the_others_go_on(client, weather, failure):
    """Queries show what was written; it is not tried again at once."""
    weather.broken[FIRST] = failure
    for number in range(1, 5):
        live(client, f"o-{number}", until=1)
        client.settle()

    assert {"o-0", "o-1", "o-2", "o-3", "o-4"} == orders(client)
    assert {FIRST: {"o-1", "o-2", "o-3", "o-4"}} == owed(client)
    assert 1 == weather.tries.count(FIRST)


def test_it_gets_all_once_it_has_rested(client, weather):
    """With the next delivery, whatever that is of."""
    weather.broken[FIRST] = Unavailable("away")
    live(client, "o-1")
    client.settle()
    weather.broken.clear()
    weather.later = REST
    live(client, "o-2")
    client.settle()

    assert {} == owed(client)
    assert fold(client) == shown(client) == held_by(client, FIRST)


def test_a_roll_back_waits_for_what_is_owed(client, weather):
    """It is refused as long as that can't be put, and shows all of it then."""
    weather.broken[FIRST] = Unavailable("away")
    live(client, "o-1")
    client.settle()

    with pytest.raises(Unavailable, match="away"):
        rebuilder(client).roll_back()
    assert SECOND == live_index(client)
    weather.broken.clear()
    rebuilder(client).roll_back()

    assert (FIRST, {}) == (live_index(client), owed(client))
    assert fold(client) == shown(client)


def test_a_switch_waits_for_what_is_owed(client, weather):
    """The history is replayed, and what came meanwhile could not be put."""
    started = rebuilder(client).start()
    weather.broken[THIRD] = Unavailable("away")
    live(client, "o-1")
    client.settle()
    assert {THIRD: {"o-1"}} == owed(client)
    assert (SECOND, started) == (live_index(client), rebuilder(client).under_way())
    weather.broken.clear()
    client.settle()

    assert (THIRD, State.DONE, {}) == (live_index(client), last(client).state, owed(client))
    assert fold(client) == shown(client)


def test_a_crash_between_two_indexes_shows_nothing_that_another_lacks(client, weather):
    """So any of them may answer at once, before the batch has come again."""
    weather.broken[SECOND] = Killed()
    live(client, "o-1")
    with pytest.raises(Killed):
        client.settle()

    assert {"o-0"} == orders(client)
    weather.broken.clear()
    rebuilder(client).roll_back()
    assert {"o-0", "o-1"} == orders(client)


def test_a_replay_that_overtakes_the_deliveries_does_so_for_both(client):
    """What the new index shows is not gone after a roll-back, though it was never delivered."""
    live(client, "o-1")
    history = [commit for _, commit in client.embedded.ports.events.changes(0, 100)]
    running = rebuilder(client).start()
    rebuilder(client).replay(running, history)

    assert (THIRD, {"o-0", "o-1"}) == (live_index(client), orders(client))
    rebuilder(client).roll_back()
    assert (SECOND, {"o-0", "o-1"}) == (live_index(client), orders(client))
    client.settle()
    assert fold(client) == shown(client) == held_by(client, THIRD)


def test_a_gap_is_filled_up_to_what_was_delivered_only(client):
    """So that no index gets ahead of those that were fed before it."""
    for name in ("o-1", "o-2"):
        live(client, name)
    commits = [commit for _, commit in client.embedded.ports.events.changes(0, 100)]
    second = next(each for each in commits if (each.stream.id, each.version) == ("o-1", 2))

    rebuilder(client).feeder.deliver([second])

    positions = client.embedded.ports.positions
    assert 2 == positions.get(SECOND, second.stream).version
    assert 2 == positions.get(FIRST, second.stream).version


def test_one_that_is_gone_leaves(client, weather):
    """As when somebody has deleted it by hand."""
    weather.gone.add(FIRST)
    weather.broken[FIRST] = Unavailable("there is no such index")
    live(client, "o-1")
    client.settle()

    assert (SECOND,) == rebuilder(client).lineup().fed
    assert {"o-0", "o-1"} == orders(client)
    with pytest.raises(Rejected, match="is kept from before"):
        rebuilder(client).roll_back()


def test_a_rebuild_takes_the_place_of_the_one_that_answered_and_is_gone(client, weather):
    """Nothing is compared with that, and nothing waits for it."""
    weather.gone.add(SECOND)
    weather.broken[SECOND] = Unavailable("there is no such index")
    rebuilder(client).start()
    live(client, "o-1")
    client.settle()

    assert (THIRD, State.DONE) == (live_index(client), last(client).state)
    assert SECOND not in rebuilder(client).lineup().fed
    weather.later = REST
    live(client, "o-2")
    client.settle()
    assert {"o-0", "o-1", "o-2"} == orders(client)


def test_one_that_lags_too_far_behind_leaves(client, weather, monkeypatch):
    """What is noted is bounded; a rebuild says why it has failed."""
    monkeypatch.setattr(feeding, "MAX_OWED", 3)
    rebuilder(client).start()
    weather.broken = {FIRST: Unavailable("away"), THIRD: Unavailable("away")}
    for number in range(1, 4):
        live(client, f"o-{number}")
    client.embedded.pump.step()
    client.embedded.pump.step()
    assert {FIRST, THIRD} == set(owed(client)), "as many as may be"
    live(client, "o-4")
    client.settle()

    assert ((SECOND,), {}) == (rebuilder(client).lineup().fed, owed(client))
    assert (State.FAILED, f"{THIRD} can't be fed any more") == (
        last(client).state,
        last(client).error,
    )
    assert ([], []) == held_by(client, FIRST) == held_by(client, THIRD)
    assert fold(client) == shown(client)


def test_the_one_that_answers_still_raises(client, weather):
    """Its batch comes again, and nothing of it is lost."""
    weather.broken = {FIRST: Unavailable("away"), SECOND: Unavailable("away")}
    live(client, "o-1")
    client.settle()
    assert {"o-0"} == orders(client)
    weather.broken.clear()
    weather.later = REST
    client.settle()

    assert {"o-0", "o-1"} == orders(client)
    assert ({}, held_by(client, FIRST)) == (owed(client), shown(client))
