"""The contract of RateLimits."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from chalicelib.kernel.errors import TooManyRequests
from chalicelib.services.rate_limits import Rate
from tests.support.clock import ManualClock

if TYPE_CHECKING:
    from chalicelib.services.rate_limits import RateLimits

TEN = Rate(per_second=10, burst=5)
TAKERS = 16


def granted(limits: RateLimits, times: int, key: str = "key", rate: Rate = TEN) -> int:
    """Ask so many times, and return how many got through."""
    return sum(late(limits, key, rate) is None for _ in range(times))


def late(limits: RateLimits, key: str = "key", rate: Rate = TEN) -> float | None:
    """Return after how many seconds to come back, None if there is no need."""
    try:
        limits.take(key, rate)
    except TooManyRequests as error:
        return error.retry_after
    return None


@pytest.mark.requirement("T2")
@pytest.mark.requirement("R12")
class RateLimitsContract:
    """Bind it with a fixture ``limits``: an empty RateLimits on the fixture ``clock``."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock()

    def test_a_burst_gets_through(self, limits: RateLimits):
        """And not one more, as long as the clock stands still."""
        assert 5 == granted(limits, 20)

    def test_a_burst_of_one_is_one(self, limits: RateLimits):
        """The narrowest limit there is."""
        assert 1 == granted(limits, 5, rate=Rate(1, 1))

    def test_then_it_goes_on_at_its_rate(self, limits: RateLimits, clock: ManualClock):
        """One more for each tenth of a second that has passed; a little less is not enough."""
        granted(limits, 20)

        clock.sleep(0.099_999)
        assert 0 == granted(limits, 3)
        clock.sleep(0.000_001)
        assert 1 == granted(limits, 3)
        clock.sleep(0.3)
        assert 3 == granted(limits, 9)

    def test_who_waits_gets_the_burst_again(self, limits: RateLimits, clock: ManualClock):
        """But no more than that, however long it was."""
        granted(limits, 20)

        clock.sleep(86_400)

        assert 5 == granted(limits, 20)

    def test_who_keeps_to_the_rate_is_never_refused(self, limits: RateLimits, clock: ManualClock):
        """And has the burst, less the one of this moment, whenever it is wanted."""
        for _ in range(30):
            assert late(limits) is None
            clock.sleep(0.1)

        assert 5 == granted(limits, 20)

    def test_a_refusal_says_when_to_come_back(self, limits: RateLimits, clock: ManualClock):
        """To the microsecond: then it gets through, and before it does not."""
        granted(limits, 5)
        clock.sleep(0.03)

        seconds = late(limits)

        assert seconds == pytest.approx(0.07)
        clock.sleep(0.069_999)
        assert late(limits) is not None
        clock.sleep(0.000_001)
        assert late(limits) is None

    def test_a_refusal_does_not_count(self, limits: RateLimits, clock: ManualClock):
        """Whoever insists waits no longer for it."""
        granted(limits, 50)

        clock.sleep(0.1)

        assert late(limits) is None

    def test_a_rate_that_does_not_divide_a_second_is_not_exceeded(
        self, limits: RateLimits, clock: ManualClock
    ):
        """Three in a second: the third of one is rounded up."""
        rate = Rate(3, 1)
        took = 0
        for _ in range(100):
            took += granted(limits, 2, rate=rate)
            clock.sleep(0.1)

        assert took <= 1 + 3 * 10
        assert took >= 25

    def test_a_clock_that_runs_back_grants_nothing(self, limits: RateLimits, clock: ManualClock):
        """The clocks of several machines differ."""
        granted(limits, 5)

        clock.sleep(-0.5)

        assert 0 == granted(limits, 5)
        clock.sleep(0.6)
        assert 1 == granted(limits, 5)

    def test_a_rate_may_change(self, limits: RateLimits):
        """What was taken stays taken; the new burst counts from now on."""
        granted(limits, 5)

        assert 5 == granted(limits, 20, rate=Rate(10, 10))
        assert 0 == granted(limits, 5)

    @pytest.mark.parametrize(
        "other", ["", "Key", "key ", "keyé", "key\0", "\ud800", "k" * 5_000], ids=ascii
    )
    def test_keys_are_apart(self, limits: RateLimits, other: str):
        """Whatever they are made of; a principal is named by whoever signs the tokens."""
        granted(limits, 20)

        assert 5 == granted(limits, 20, other)
        assert 0 == granted(limits, 1)

    def test_of_takers_at_once_no_more_get_through(self, limits: RateLimits, clock: ManualClock):
        """Exactly the burst, and then exactly what time has added."""
        everybody = threading.Barrier(TAKERS)

        def take(times: int) -> int:
            everybody.wait()
            return granted(limits, times, rate=Rate(100, 20))

        with ThreadPoolExecutor(TAKERS) as threads:
            at_first = sum(threads.map(take, [3] * TAKERS))
            clock.sleep(0.1)
            then = sum(threads.map(take, [3] * TAKERS))

        assert (20, 10) == (at_first, then)

    def test_first_ones_at_once_get_no_more_through(self, limits: RateLimits):
        """A key that nobody has used before is as exact."""
        everybody = threading.Barrier(TAKERS)

        def take(key: str) -> int:
            everybody.wait()
            return granted(limits, 1, key, Rate(10, 3))

        with ThreadPoolExecutor(TAKERS) as threads:
            for key in ("a", "b", "c"):
                assert 3 == sum(threads.map(take, [key] * TAKERS))
