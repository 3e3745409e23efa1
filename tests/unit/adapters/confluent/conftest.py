import pytest
from tenacity import wait_fixed

from chalicelib.adapters.confluent import http


@pytest.fixture(name="once")
def _once(monkeypatch):
    """One attempt, with all of the budget: the pause before another would be longer."""
    monkeypatch.setattr(http, "PAUSE", wait_fixed(2 * http.BUDGET))
