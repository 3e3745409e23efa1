"""MemoryRateLimits keeps the contract."""

from __future__ import annotations

import pytest

from chalicelib.adapters.embedded.rate_limits import MemoryRateLimits
from tests.contract.rate_limits import RateLimitsContract


class TestMemoryRateLimits(RateLimitsContract):
    @pytest.fixture
    def limits(self, clock):
        return MemoryRateLimits(clock.now)
