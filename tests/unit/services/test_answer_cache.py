"""The cache of answers: how long one holds, who waits for whom, what is let go."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.kernel.errors import Unavailable
from chalicelib.services.answer_cache import AnswerCache, Now, Page
from tests.support.clock import ManualClock

pytestmark = [pytest.mark.requirement("R6"), pytest.mark.requirement("T8")]

AT = datetime(2026, 11, 23, tzinfo=UTC)
LATER = AT + timedelta(seconds=5)


class Asked:
    """Computes a page that tells how often that was done."""

    def __init__(self, size=1):
        self.times = 0
        self._size = size

    def __call__(self):
        self.times += 1
        return Page((b"%d" % self.times * self._size,), None, AT)


def first(page):
    return int(page.items[0])


class TestRevisions:
    def test_an_answer_holds_as_long_as_its_revision(self):
        """
        However old it is: as nothing has changed, it is true now.
        """
        cache, asked = AnswerCache(), Asked()

        answers = [cache.answer("k", Now(at, revision), asked)
                   for at, revision in ((AT, 1), (LATER, 1), (LATER, 2), (LATER, 1))]  # fmt: skip

        assert [1, 1, 2, 3] == list(map(first, answers))
        assert [False, True, False, False] == [each.cached for each in answers]
        assert (LATER, 0, 0) == (answers[1].as_of, answers[1].age, answers[1].bound)

    def test_keys_are_apart(self):
        """
        The same revision of another index, tenant or query is another answer.
        """
        cache, asked = AnswerCache(), Asked()

        answers = [cache.answer(key, Now(AT, 1), asked) for key in ("a", "b", "a")]

        assert [1, 2, 1] == list(map(first, answers))

    def test_a_tag_is_of_what_is_shown(self):
        """
        Not of when it was read; items and cursor count, and where one item ends.
        """
        cache = AnswerCache()

        def tag(*items, at=AT, following=None):
            page = Page(items, following, at)
            return cache.answer("k", Now(at, 1), lambda: page, anew=True).tag

        shown = tag(b"1", b"2")
        assert shown == tag(b"1", b"2", at=LATER)
        others = {tag(b"12"), tag(b"2", b"1"), tag(b"1", b"2", following="x"), tag()}
        assert 4 == len(others - {shown})


class TestBounds:
    def test_without_a_revision_nothing_is_kept(self):
        """
        Unless staleness is allowed, each answer is computed.
        """
        cache, asked = AnswerCache(), Asked()

        answers = [cache.answer("k", Now(AT, None), asked) for _ in range(2)]

        assert [1, 2] == list(map(first, answers))
        assert [(False, 0, 0)] * 2 == [(each.cached, each.age, each.bound) for each in answers]

    def test_an_answer_holds_for_as_long_as_it_may_be_stale(self):
        """
        Its age is told in whole seconds, never too few; what it shows is of when it was read.
        """
        clock = ManualClock()
        cache, asked = AnswerCache(3, seconds=clock.seconds), Asked()
        answers = []
        for pause in (0, 0.5, 2, 0.5):
            clock.sleep(pause)
            answers.append(cache.answer("k", Now(LATER, None), asked))

        assert [1, 1, 1, 2] == list(map(first, answers))
        assert [0, 1, 3, 0] == [each.age for each in answers]
        assert [(AT, 3)] * 4 == [(each.as_of, each.bound) for each in answers]

    def test_what_was_kept_by_time_says_nothing_of_a_revision(self):
        """
        And the other way round.
        """
        cache, asked = AnswerCache(60), Asked()

        answers = [cache.answer("k", Now(AT, revision), asked) for revision in (None, 1, None)]

        assert [1, 2, 3] == list(map(first, answers))

    def test_anew_computes_and_keeps(self):
        """
        Who asks past the cache brings it up to date for others.
        """
        cache, asked = AnswerCache(60), Asked()

        answers = [cache.answer("k", Now(AT, None), asked, anew=anew)
                   for anew in (False, True, False)]  # fmt: skip

        assert [1, 2, 2] == list(map(first, answers))

    def test_an_answer_that_was_begun_before_does_not_replace_one_behind_it(self):
        """
        A slow reader may end with an older answer than one that is kept already.
        """
        clock = ManualClock()
        cache = AnswerCache(60, seconds=clock.seconds)

        def slow():
            clock.sleep(1)
            cache.answer("k", Now(AT, None), lambda: Page((b"2",), None, AT), anew=True)
            return Page((b"1",), None, AT)

        cache.answer("k", Now(AT, None), slow, anew=True)

        kept = cache.answer("k", Now(AT, None), Asked())
        assert (2, True) == (first(kept), kept.cached)


class TestRoom:
    def test_the_least_asked_for_goes_first(self):
        """
        When there are too many.
        """
        cache, asked = AnswerCache(max_entries=2), Asked()

        for key in ("a", "b", "a", "c"):
            cache.answer(key, Now(AT, 1), asked)

        kept = [cache.answer(key, Now(AT, 1), asked).cached for key in ("a", "c", "b")]
        assert [True, True, False] == kept

    def test_bytes_are_bounded(self):
        """
        By what all take together; one that is larger than the room is given and not kept.
        """
        cache, small, large = AnswerCache(max_bytes=10_000), Asked(2_000), Asked(20_000)

        for key in range(100):
            cache.answer(key, Now(AT, 1), small)
        cache.answer("large", Now(AT, 1), large)

        assert not cache.answer("large", Now(AT, 1), large).cached
        assert [True, False] == [cache.answer(key, Now(AT, 1), small).cached for key in (99, 0)]
        assert cache._bytes <= 10_000


class TestHerd:
    def herd(self, cache, compute, now, *, expect):
        """Ask on eight threads; all but the first do so while it is at it."""
        begun, go = threading.Event(), threading.Event()

        def slow():
            begun.set()
            assert go.wait(10)
            return compute()

        with ThreadPoolExecutor(8) as threads:
            leader = threads.submit(cache.answer, "k", now, slow)
            assert begun.wait(10)
            others = [threads.submit(cache.answer, "k", now, compute) for _ in range(7)]
            go.set()
            return [each.exception() if expect else each.result() for each in (leader, *others)]

    def test_one_computes_for_all(self):
        """
        Whoever asks for the same revision meanwhile.
        """
        cache, asked = AnswerCache(), Asked()

        answers = self.herd(cache, asked, Now(AT, 1), expect=None)

        assert [1] * 8 == list(map(first, answers))
        assert {} == cache._under_way

    def test_a_later_revision_does_not_wait_for_an_earlier_one(self):
        """
        The answer that is under way may lack what the caller has written.
        """
        cache, asked = AnswerCache(), Asked()

        def outer():
            asked()
            return cache.answer("k", Now(LATER, 2), asked)

        cache.answer("k", Now(AT, 1), outer)

        assert 2 == first(cache.answer("k", Now(LATER, 2), asked))

    def test_an_error_is_that_of_all_who_wait_and_of_nobody_else(self):
        """
        The next one computes again.
        """
        cache = AnswerCache()

        def fail():
            raise Unavailable("not now")

        errors = self.herd(cache, fail, Now(AT, 1), expect=Unavailable)

        assert [Unavailable] * 8 == list(map(type, errors))
        assert 1 == first(cache.answer("k", Now(AT, 1), Asked()))
