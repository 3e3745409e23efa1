import pytest

from chalicelib.kernel.head import Head
from chalicelib.services.event_store import Loaded, Tail
from chalicelib.services.recent_streams import RecentStreams
from tests.support.commits import a_stream

pytestmark = pytest.mark.requirement("R2")


def loaded(name="order-1", version=1, size=100, *, strong=True):
    head = Head(version=version)
    return Loaded(a_stream(name), f"{name}@{version}", head, Tail(), strong=strong, size=size)


def known(recent, *names):
    return [name for name in names if recent.get(a_stream(name))]


class TestRecentStreams:
    def test_knows_what_it_was_told(self):
        """
        A stream that was kept is there; another is not, and one of another tenant neither.
        """
        recent = RecentStreams()
        recent.keep(loaded())

        assert "order-1@1" == recent.get(a_stream()).state
        assert recent.get(a_stream("order-2")) is None
        assert recent.get(a_stream(tenant="other")) is None

    def test_is_never_strong(self):
        """
        What was true when it was read may have changed: no refusal may be answered from it.
        """
        recent = RecentStreams()
        recent.keep(loaded(strong=True))

        assert not recent.get(a_stream()).strong

    def test_an_older_state_does_not_replace_a_newer_one(self):
        """
        Of two threads, the one that read first may be the last to tell.
        """
        recent = RecentStreams()
        for version in (2, 3, 1):
            recent.keep(loaded(version=version))

        assert "order-1@3" == recent.get(a_stream()).state

    def test_a_stream_without_commits_is_not_kept(self):
        """
        Names that nobody has used would drive out those that are.
        """
        recent = RecentStreams()
        recent.keep(loaded(version=0))

        assert recent.get(a_stream()) is None

    def test_the_least_recently_used_goes_first(self):
        """
        The total size is bounded, and being read counts as being used.
        """
        recent = RecentStreams(max_bytes=3 * (2048 + 100))
        for name in "abc":
            recent.keep(loaded(name))
        recent.get(a_stream("a"))
        recent.keep(loaded("d"))

        assert ["a", "c", "d"] == known(recent, *"abcd")

    def test_a_state_that_grows_counts_by_its_new_size(self):
        """
        Kept again, a stream takes its present size, no more and no less.
        """
        recent = RecentStreams(max_bytes=10_000)
        recent.keep(loaded("a"))
        for version in range(1, 20):
            recent.keep(loaded("b", version, size=4_000))

        assert ["a", "b"] == known(recent, *"ab")

        recent.keep(loaded("b", 20, size=6_000))

        assert ["b"] == known(recent, *"ab")

    def test_a_state_above_the_bound_is_not_kept(self):
        """
        One huge stream does not stay, and drives out no other.
        """
        recent = RecentStreams(max_bytes=10_000)
        for name, size in (("a", 100), ("grown", 100), ("grown", 10_000), ("huge", 10_000)):
            recent.keep(loaded(name, size=size))

        assert ["a"] == known(recent, "a", "grown", "huge")
