"""MemoryRateLimits: what holds beyond the contract."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.adapters.embedded.rate_limits import MOST_KEYS, MemoryRateLimits
from chalicelib.kernel.errors import TooManyRequests
from chalicelib.services.rate_limits import Rate
from tests.support.clock import ManualClock

pytestmark = pytest.mark.requirement("T2")

TAKERS = 16
ONE = Rate(per_second=1, burst=1)


def test_keys_that_mean_nothing_any_more_are_forgotten():
    """Memory does not grow with everybody who ever asked; who is limited stays so."""
    clock = ManualClock()
    limits = MemoryRateLimits(clock.now)
    for number in range(MOST_KEYS - 1):
        limits.take(str(number), ONE)
    clock.sleep(60)
    limits.take("busy", ONE)

    limits.take("another", ONE)

    assert {"busy", "another"} == set(limits._arrivals)
    with pytest.raises(TooManyRequests):
        limits.take("busy", ONE)


class Slow(dict[str, int]):
    """Lets other threads go on between reading and writing."""

    def get(self, key, default=None):
        found = super().get(key, default)
        time.sleep(0.001)
        return found


def test_no_two_takers_see_the_same_turn():
    """Reading and writing are one step, even where every thread would be interrupted between."""
    limits = MemoryRateLimits(ManualClock().now)
    limits._arrivals = Slow()

    def take(_: int) -> bool:
        try:
            limits.take("key", Rate(per_second=10, burst=5))
        except TooManyRequests:
            return False
        return True

    with ThreadPoolExecutor(TAKERS) as threads:
        assert 5 == sum(threads.map(take, range(TAKERS)))
