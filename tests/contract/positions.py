"""The contract of Positions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from chalicelib.kernel.stream import StreamId
from chalicelib.services.positions import ParkedStream, Position
from tests.support.commits import a_stream

if TYPE_CHECKING:
    from chalicelib.services.places import ClearablePositions
    from chalicelib.services.positions import Positions

MINE = "orders-v1"
ANOTHER = "orders-v2"


@pytest.mark.requirement("R5")
class PositionsContract:
    """Bind it with a fixture ``positions``: a Positions with nothing in it."""

    def test_a_stream_never_seen_is_at_zero(self, positions: Positions):
        """Nothing applied, nothing parked."""
        assert Position(0, None) == positions.get(MINE, a_stream())

    def test_streams_move_forward(self, positions: Positions):
        """Several at a time, each to its own version."""
        positions.advance(MINE, {a_stream("a"): 3, a_stream("b"): 5})
        positions.advance(MINE, {a_stream("b"): 6, a_stream("c"): 1})

        assert [3, 6, 1] == [positions.get(MINE, a_stream(name)).version for name in "abc"]

    @pytest.mark.parametrize("version", [0, 1, 9, 10])
    def test_a_stream_never_moves_back(self, positions: Positions, version: int):
        """A redelivered batch may come after a later one."""
        positions.advance(MINE, {a_stream(): 10})

        positions.advance(MINE, {a_stream(): version})

        assert Position(10) == positions.get(MINE, a_stream())

    def test_many_streams_move_at_once(self, positions: Positions):
        """As many as a batch can bring."""
        versions = {a_stream(f"order-{number}"): number + 1 for number in range(250)}

        positions.advance(MINE, versions)

        assert versions == {stream: positions.get(MINE, stream).version for stream in versions}

    def test_no_streams_may_move(self, positions: Positions):
        """A batch may concern none."""
        positions.advance(MINE, {})

        assert Position() == positions.get(MINE, a_stream())

    def test_consumers_and_tenants_have_their_own(self, positions: Positions):
        """Also those whose names begin alike."""
        positions.advance(MINE, {a_stream(): 3})

        assert Position() == positions.get(ANOTHER, a_stream())
        assert Position() == positions.get("orders", a_stream())
        assert Position() == positions.get(MINE, a_stream(tenant="another"))
        assert Position() == positions.get(MINE, a_stream("order-"))

    def test_a_parked_stream_says_why(self, positions: Positions):
        """Behind the last version that was applied."""
        positions.advance(MINE, {a_stream(): 4})

        positions.park(MINE, a_stream(), 4, 'ValueError: it\'s "no" number; \N{SNOWMAN}')

        expected = Position(4, 'ValueError: it\'s "no" number; \N{SNOWMAN}')
        assert expected == positions.get(MINE, a_stream())

    def test_a_stream_can_park_at_its_start(self, positions: Positions):
        """Its very first commit may be the poison."""
        positions.park(MINE, a_stream(), 0, "poison")

        assert Position(0, "poison") == positions.get(MINE, a_stream())

    def test_parking_never_moves_a_stream_back(self, positions: Positions):
        """A late failure does not undo what was applied since."""
        positions.advance(MINE, {a_stream(): 7})

        positions.park(MINE, a_stream(), 4, "poison")

        assert Position(7, "poison") == positions.get(MINE, a_stream())

    @pytest.mark.parametrize("reason", ["", "a\0b", "half \ud800", "x" * 10_000], ids=ascii)
    def test_any_reason_will_do(self, positions: Positions, reason: str):
        """It quotes whatever could not be applied; if it can't be kept exactly, then nearly."""
        positions.park(MINE, a_stream(), 4, reason)

        assert positions.get(MINE, a_stream()).parked is not None
        assert [a_stream()] == [parked.stream for parked in positions.parked()]

    def test_the_newest_reason_counts(self, positions: Positions):
        """Parking again says what is wrong now."""
        positions.park(MINE, a_stream(), 4, "poison")
        positions.park(MINE, a_stream(), 4, "another poison")

        assert Position(4, "another poison") == positions.get(MINE, a_stream())
        assert 1 == len(positions.parked())

    def test_advancing_does_not_unpark(self, positions: Positions):
        """Only a release takes the mark off."""
        positions.park(MINE, a_stream(), 4, "poison")

        positions.advance(MINE, {a_stream(): 5})

        assert Position(5, "poison") == positions.get(MINE, a_stream())

    def test_deliveries_behind_a_mark_are_counted(self, positions: Positions):
        """Each one that waits raises the count; the list shows it too."""
        positions.park(MINE, a_stream(), 4, "poison")

        assert [True, True] == [positions.wait(MINE, a_stream()) for _ in range(2)]

        assert Position(4, "poison", waiting=2) == positions.get(MINE, a_stream())
        assert [ParkedStream(MINE, a_stream(), 4, "poison", waiting=2)] == list(positions.parked())

    def test_nothing_waits_where_nothing_is_parked(self, positions: Positions):
        """Then the delivery has to be handled; a stream never seen stays unseen."""
        positions.advance(MINE, {a_stream("a"): 3})

        assert not positions.wait(MINE, a_stream("a"))
        assert not positions.wait(MINE, a_stream("b"))

        assert Position(3) == positions.get(MINE, a_stream("a"))
        assert Position() == positions.get(MINE, a_stream("b"))

    def test_a_released_stream_goes_on_from_its_position(self, positions: Positions):
        """Without the mark, at the same version, with nothing waiting."""
        positions.park(MINE, a_stream(), 4, "poison")
        positions.wait(MINE, a_stream())

        assert positions.release(MINE, a_stream(), 1)

        assert Position(4) == positions.get(MINE, a_stream())
        assert [] == list(positions.parked())

    def test_a_delivery_in_between_prevents_the_release(self, positions: Positions):
        """Whoever drained a stream has not seen it: the mark stays, and the count."""
        positions.park(MINE, a_stream(), 4, "poison")
        seen = positions.get(MINE, a_stream()).waiting
        positions.wait(MINE, a_stream())

        assert not positions.release(MINE, a_stream(), seen)

        assert Position(4, "poison", waiting=1) == positions.get(MINE, a_stream())

    def test_parking_again_keeps_the_count(self, positions: Positions):
        """What waits goes on waiting when a redrive has failed."""
        positions.park(MINE, a_stream(), 4, "poison")
        positions.wait(MINE, a_stream())

        positions.park(MINE, a_stream(), 5, "another poison")

        assert Position(5, "another poison", waiting=1) == positions.get(MINE, a_stream())

    def test_releasing_what_is_not_parked_changes_nothing(self, positions: Positions):
        """Not even for a stream never seen."""
        positions.advance(MINE, {a_stream("a"): 3})

        assert positions.release(MINE, a_stream("a"), 0)
        assert positions.release(MINE, a_stream("b"), 0)

        assert Position(3) == positions.get(MINE, a_stream("a"))
        assert Position(0) == positions.get(MINE, a_stream("b"))

    def test_parked_streams_are_listed_in_order(self, positions: Positions):
        """By consumer, tenant, aggregate and id; of one consumer, or of all."""
        streams = [
            StreamId("t", "Order", "a"),
            StreamId("t", "Order", "b"),
            StreamId("t", "Payment", "a"),
            StreamId("t-2", "Order", "a"),
        ]
        for stream in reversed(streams):
            positions.park(ANOTHER, stream, 2, "two")
            positions.park(MINE, stream, 1, "one")
        positions.advance(MINE, {a_stream("healthy"): 9})

        mine = [ParkedStream(MINE, stream, 1, "one") for stream in streams]
        another = [ParkedStream(ANOTHER, stream, 2, "two") for stream in streams]
        assert mine == list(positions.parked(MINE))
        assert [*mine, *another] == list(positions.parked())
        assert [] == list(positions.parked("orders"))

    def test_of_threads_that_advance_a_stream_the_farthest_counts(self, positions: Positions):
        """Two consumers of a stream's two paths run side by side."""
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda v: positions.advance(MINE, {a_stream(): v}), range(40)))

        assert Position(39) == positions.get(MINE, a_stream())


@pytest.mark.requirement("R5")
class ClearablePositionsContract:
    """Bind it with a fixture ``positions`` that are Clearable too, with nothing in it."""

    def test_a_consumers_positions_can_be_forgotten(self, positions: ClearablePositions):
        """With the marks, and no other consumer's; again, nothing happens."""
        for consumer in (MINE, ANOTHER):
            positions.advance(consumer, {a_stream("a"): 9})
            positions.park(consumer, a_stream("b"), 1, "poison")

        positions.clear(MINE)
        positions.clear(MINE)

        assert [Position()] * 2 == [positions.get(MINE, a_stream(name)) for name in "ab"]
        assert Position(9) == positions.get(ANOTHER, a_stream("a"))
        assert [ANOTHER] == [parked.consumer for parked in positions.parked()]

    def test_tells_where_a_consumer_is_behind_another(self, positions: ClearablePositions):
        """By how far that one is; not where it is parked, nor where neither has ever been."""
        positions.advance(MINE, {a_stream("a"): 3, a_stream("b"): 5, a_stream("c"): 1})
        positions.park(MINE, a_stream("d"), 1, "poison")
        positions.advance(ANOTHER, {a_stream(name): 4 for name in "abde"})

        assert {a_stream("a"): 4, a_stream("e"): 4} == positions.behind(MINE, ANOTHER)
        assert {a_stream("b"): 5, a_stream("c"): 1} == positions.behind(ANOTHER, MINE)
        assert {} == positions.behind(MINE, MINE) == positions.behind(MINE, "orders-v3")
