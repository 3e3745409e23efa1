"""SqliteEventBus and Checkpoints: what holds beyond the contract."""

from __future__ import annotations

from contextlib import closing

import pytest

from chalicelib.adapters.embedded.bus import SCHEMA, Checkpoints, SqliteEventBus
from chalicelib.adapters.embedded.database import Database
from chalicelib.services.event_router import Topic
from tests.support.commits import a_history


@pytest.fixture(name="database")
def _database(tmp_path):
    with closing(Database(tmp_path / "bus.db", SCHEMA)) as database:
        yield database


@pytest.fixture(name="bus")
def _bus(database):
    return SqliteEventBus(database)


def sequences(bus, topic):
    return [sequence for sequence, _ in bus.records(topic, 0, 100)]


def test_a_topic_is_read_in_pieces(bus):
    """Each piece goes on behind the last record of the one before."""
    history = a_history(counts=[1] * 5)
    bus.publish(Topic.CORE, history)
    bus.publish(Topic.SECONDARY, history)

    first = bus.records(Topic.CORE, 0, 3)
    second = bus.records(Topic.CORE, first[-1][0], 3)

    assert history == [commit for _, commit in [*first, *second]]
    assert [5, 2, 0] == [bus.waiting(Topic.CORE, n) for n in (0, first[-1][0], second[-1][0])]


def test_trimming_forgets_the_past_of_one_topic(bus):
    """Up to and including the given record, and nothing of the other topics."""
    for topic in (Topic.CORE, Topic.SECONDARY):
        bus.publish(topic, a_history(counts=[1] * 4))
    third = sequences(bus, Topic.CORE)[2]

    bus.trim(Topic.CORE, third)

    assert [4] == [commit.version for _, commit in bus.records(Topic.CORE, 0, 100)]
    assert 4 == len(sequences(bus, Topic.SECONDARY))


def test_a_number_is_never_given_out_twice(bus, database):
    """Not even when a topic was emptied: a checkpoint would hide what came under it."""
    bus.publish(Topic.CORE, a_history())
    last = sequences(bus, Topic.CORE)[-1]
    bus.trim(Topic.CORE, last)

    with closing(Database(database.path, SCHEMA)) as reopened:
        SqliteEventBus(reopened).publish(Topic.CORE, a_history())

    assert last < sequences(bus, Topic.CORE)[0]


def test_a_publication_wakes_once(database):
    """When it can be read; one of nothing does not."""
    woken = []
    bus = SqliteEventBus(database, wake=lambda: woken.append(bus.waiting(Topic.CORE, 0)))

    bus.publish(Topic.CORE, a_history())
    bus.publish(Topic.CORE, [])

    assert [3] == woken


def test_checkpoints_are_kept_by_name(database):
    """Each mapping's own, over a restart, and back if it is asked to."""
    Checkpoints(database).save("a", 5)
    Checkpoints(database).save("a", 3)
    Checkpoints(database).save("b", 7)

    assert [3, 7, 0] == [Checkpoints(database).get(name) for name in "abc"]
