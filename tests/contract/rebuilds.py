"""The contract of Rebuilds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.services.rebuilds import Rebuild, State

if TYPE_CHECKING:
    from chalicelib.services.rebuilds import Rebuilds

NOON = datetime(2026, 1, 31, 12, 0, 0, 123456, UTC)
RUNNING = Rebuild("orders-v1", State.RUNNING, 3, 2**40, NOON)


@pytest.mark.requirement("R5")
class RebuildsContract:
    """Bind it with a fixture ``rebuilds``: a Rebuilds with nothing in it."""

    def test_of_what_was_never_rebuilt_there_is_none(self, rebuilds: Rebuilds):
        """Nor of an index whose name begins alike."""
        rebuilds.put(RUNNING)

        assert rebuilds.get("orders") is None
        assert rebuilds.get("orders-v2") is None

    @pytest.mark.parametrize("state", State)
    def test_it_comes_back_as_it_was(self, rebuilds: Rebuilds, state: State):
        """With its times and why it has failed, if it has; the newest counts."""
        ended = replace(
            RUNNING,
            state=state,
            handled=2**40,
            finished_at=NOON + timedelta(seconds=1),
            error='ValueError: "no" number; \N{SNOWMAN}',
        )

        rebuilds.put(RUNNING)
        first = rebuilds.get("orders-v1")
        rebuilds.put(ended)

        assert (RUNNING, ended) == (first, rebuilds.get("orders-v1"))

    @pytest.mark.parametrize("error", ["", "a\0b", "half \ud800", "x" * 10_000], ids=ascii)
    def test_any_error_will_do(self, rebuilds: Rebuilds, error: str):
        """It quotes whatever could not be applied; if it can't be kept exactly, then nearly."""
        rebuilds.put(replace(RUNNING, error=error))

        kept = rebuilds.get("orders-v1")
        assert kept is not None
        assert kept.error is not None
