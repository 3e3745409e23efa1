"""MemoryRateLimits: what holds beyond the contract."""

import pytest

from chalicelib.adapters.embedded.rate_limits import MOST_KEYS, MemoryRateLimits
from chalicelib.kernel.errors import TooManyRequests
from chalicelib.services.rate_limits import Rate
from tests.support.clock import ManualClock

pytestmark = pytest.mark.requirement("T2")

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
