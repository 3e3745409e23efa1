import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest

from chalicelib.services.side_by_side import IN_TURN, SideBySide

variable: ContextVar[str] = ContextVar("variable", default="default")


@pytest.fixture(name="side_by_side", params=["in turn", "on threads"])
def _side_by_side(request):
    if request.param == "in turn":
        yield IN_TURN
    else:
        with ThreadPoolExecutor(4) as threads:
            yield SideBySide(threads)


def fail():
    raise ValueError("failed")


class TestBoth:
    def test_returns_what_both_return(self, side_by_side):
        """
        In the order given.
        """
        assert (1, "two") == side_by_side.both(lambda: 1, lambda: "two")

    @pytest.mark.parametrize("calls", [(fail, int), (int, fail), (fail, fail)])
    def test_raises_what_either_raises(self, side_by_side, calls):
        """
        Whichever of them fails.
        """
        with pytest.raises(ValueError, match="failed"):
            side_by_side.both(*calls)

    def test_on_threads_both_run_at_once(self):
        """
        Each waits for the other, so in turn neither would end.
        """
        meeting = threading.Barrier(2, timeout=10)
        with ThreadPoolExecutor(1) as threads:
            both = SideBySide(threads).both(meeting.wait, meeting.wait)

        assert [0, 1] == sorted(both)

    def test_a_failure_waits_for_the_other(self):
        """
        Whoever is told of it may close what both have used.
        """
        failed, ended = threading.Event(), threading.Event()

        def first():
            failed.set()
            fail()

        def second():
            failed.wait(10)
            time.sleep(0.05)  # long enough for one that does not wait to be back
            ended.set()

        with ThreadPoolExecutor(1) as threads:
            with pytest.raises(ValueError, match="failed"):
                SideBySide(threads).both(first, second)

            assert ended.is_set()

    def test_the_callers_context_is_seen(self, side_by_side):
        """
        A deadline or a trace that the caller has set holds for both.
        """
        token = variable.set("the caller's")
        try:
            assert ("the caller's",) * 2 == side_by_side.both(variable.get, variable.get)
        finally:
            variable.reset(token)


class TestEach:
    def test_returns_the_results_in_order(self, side_by_side):
        """
        Whichever is done first.
        """
        assert [0, 1, 4, 9, 16] == side_by_side.each(lambda number: number**2, range(5))

    def test_raises_what_a_call_raises(self, side_by_side):
        """
        The first of them.
        """
        with pytest.raises(ZeroDivisionError):
            side_by_side.each(lambda number: 1 // number, [1, 0, 2])

    def test_the_callers_context_is_seen(self, side_by_side):
        """
        By each call.
        """
        token = variable.set("the caller's")
        try:
            seen = side_by_side.each(lambda _: variable.get(), range(3))
        finally:
            variable.reset(token)

        assert ["the caller's"] * 3 == seen
