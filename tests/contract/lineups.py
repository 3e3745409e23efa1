"""The contract of Lineups."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.kernel.stream import StreamId
from chalicelib.services.lineups import Lineup, Rebuild, State

if TYPE_CHECKING:
    from chalicelib.services.lineups import Lineups

NOON = datetime(2026, 1, 31, 12, 0, 0, 123456, UTC)
RUNNING = Rebuild("orders-v1-r2", State.RUNNING, 3, 2**40, NOON)
FIRST = Lineup("orders", "orders-v1", rebuild=RUNNING, revision=1)
STREAM = StreamId("default", "Order", "o-1")


def after(lineup: Lineup, **fields: Any) -> Lineup:
    """The next revision of a lineup."""
    return replace(lineup, revision=lineup.revision + 1, **fields)


@pytest.mark.requirement("R5")
class LineupsContract:
    """Bind it with a fixture ``lineups``: a Lineups with nothing in it."""

    def test_of_what_was_never_kept_it_is_empty(self, lineups: Lineups):
        """Nor is one found whose name begins alike."""
        lineups.put(FIRST)

        assert Lineup("order") == lineups.get("order")
        assert Lineup("orders-v1") == lineups.get("orders-v1")

    @pytest.mark.parametrize("state", State)
    def test_it_comes_back_as_it_was(self, lineups: Lineups, state: State):
        """With all that is known of the rebuild; the newest counts."""
        ended = replace(
            RUNNING,
            state=state,
            handled=2**40,
            finished_at=NOON + timedelta(seconds=1),
            error='ValueError: "no" number; \N{SNOWMAN}',
        )
        second = after(
            FIRST,
            live=None,
            previous="orders-v1",
            rebuild=ended,
            leaving=("orders-v0", "orders-v1-r9"),
            owed={"orders-v1": {STREAM: 3, replace(STREAM, id="x-y_z"): 0}},
        )

        kept = [lineups.put(FIRST)]
        first = lineups.get("orders")
        kept.append(lineups.put(second))

        assert [True, True] == kept
        assert (FIRST, second) == (first, lineups.get("orders"))

    @pytest.mark.parametrize("revision", [0, 1, 2, 4, 9])
    def test_only_the_next_revision_is_kept(self, lineups: Lineups, revision: int):
        """Whoever was slower is told so, and changes nothing."""
        present = FIRST
        assert lineups.put(FIRST)
        present = after(FIRST, live="orders-v2")
        assert lineups.put(present)

        assert not lineups.put(replace(FIRST, live="another", revision=revision))

        assert present == lineups.get("orders")

    def test_of_threads_one_is_first(self, lineups: Lineups):
        """And all others are told."""
        lineups.put(FIRST)
        rivals = [after(FIRST, live=f"orders-v{number}") for number in range(8)]

        with ThreadPoolExecutor(8) as threads:
            kept = list(threads.map(lineups.put, rivals))

        assert 1 == sum(kept)
        assert rivals[kept.index(True)] == lineups.get("orders")

    @pytest.mark.parametrize("error", ["", "a\0b", "half \ud800", "x" * 10_000], ids=ascii)
    def test_any_error_will_do(self, lineups: Lineups, error: str):
        """It quotes whatever could not be applied; if it can't be kept exactly, then nearly."""
        lineups.put(replace(FIRST, rebuild=replace(RUNNING, error=error)))

        kept = lineups.get("orders").rebuild
        assert kept is not None
        assert kept.error is not None
