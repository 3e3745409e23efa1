"""The contract of EventBus: what is published arrives, at least once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeAlias

import pytest

from chalicelib.kernel.commit import MAX_COMMIT_BYTES, PackedCommit
from chalicelib.services.event_router import Topic
from tests.support.commits import a_commit_of_size, a_history, a_stream

if TYPE_CHECKING:
    from chalicelib.services.event_router import EventBus

Delivered: TypeAlias = Callable[[Topic], list[PackedCommit]]
"""Returns all that a consumer of the topic would have been given by now."""


def first_deliveries(commits: list[PackedCommit]) -> list[PackedCommit]:
    return list(dict.fromkeys(commits))


def as_set(commits: list[PackedCommit]) -> set[PackedCommit]:
    return set(commits)


@pytest.mark.requirement("R4")
@pytest.mark.requirement("T6")
class EventBusContract:
    """Bind it with fixtures ``bus`` and ``delivered``, with nothing on any topic."""

    @pytest.mark.parametrize("topic", Topic)
    def test_every_published_commit_arrives_whole(
        self, bus: EventBus, delivered: Delivered, topic: Topic
    ):
        """On each topic, byte by byte."""
        history = a_history(counts=[1, 100, 3], body=bytes(range(256)))

        bus.publish(topic, history)

        assert as_set(history) == as_set(delivered(topic))

    def test_topics_are_apart(self, bus: EventBus, delivered: Delivered):
        """A commit arrives on the topic that it was published to, and on no other."""
        core, secondary = a_history(a_stream("a")), a_history(a_stream("b"))

        bus.publish(Topic.CORE, core)
        bus.publish(Topic.SECONDARY, secondary)

        assert as_set(core) == as_set(delivered(Topic.CORE))
        assert as_set(secondary) == as_set(delivered(Topic.SECONDARY))
        assert [] == delivered(Topic.SNAPSHOTS_DUE)

    def test_one_commit_may_travel_several_topics(self, bus: EventBus, delivered: Delivered):
        """Its events belong to more than one path."""
        history = a_history()

        for topic in Topic:
            bus.publish(topic, history)

        assert [as_set(history)] * len(Topic) == [as_set(delivered(topic)) for topic in Topic]

    def test_core_keeps_the_order_of_each_stream(self, bus: EventBus, delivered: Delivered):
        """Within a publication and from one to the next, however streams are mixed."""
        histories = [a_history(a_stream(name), [1] * 20) for name in "abcde"]
        mixed = [commit for commits in zip(*histories, strict=True) for commit in commits]

        for start in range(0, len(mixed), 7):
            bus.publish(Topic.CORE, mixed[start : start + 7])

        arrived = first_deliveries(delivered(Topic.CORE))
        assert histories == [
            [commit for commit in arrived if commit.stream == history[0].stream]
            for history in histories
        ]

    def test_what_is_published_again_is_not_lost(self, bus: EventBus, delivered: Delivered):
        """A router that fell over publishes its batch twice; once is a must, twice is allowed."""
        history = a_history()

        bus.publish(Topic.CORE, history)
        bus.publish(Topic.CORE, history)

        assert history == first_deliveries(delivered(Topic.CORE))

    def test_nothing_may_be_published(self, bus: EventBus, delivered: Delivered):
        """A batch may have no commit for a topic."""
        bus.publish(Topic.CORE, [])

        assert [] == delivered(Topic.CORE)

    def test_a_batch_may_be_large(self, bus: EventBus, delivered: Delivered):
        """In number of commits, and in bytes."""
        many = a_history(a_stream("many"), [1] * 600)
        large = [a_commit_of_size(MAX_COMMIT_BYTES, a_stream(f"large-{n}")) for n in range(15)]

        bus.publish(Topic.CORE, [*many, *large])

        assert as_set([*many, *large]) == as_set(delivered(Topic.CORE))

    def test_publishers_do_not_meet(self, bus: EventBus, delivered: Delivered):
        """Nothing is lost when several publish at once."""
        histories = [a_history(a_stream(f"order-{number}")) for number in range(12)]

        with ThreadPoolExecutor(len(histories)) as threads:
            list(threads.map(lambda history: bus.publish(Topic.CORE, history), histories))

        everything = [commit for history in histories for commit in history]
        assert as_set(everything) == as_set(delivered(Topic.CORE))
