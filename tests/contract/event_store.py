"""The contract of EventStore: what the platform relies on, whatever the commits lie in."""

from __future__ import annotations

import string
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from chalicelib.kernel.commit import GENESIS, MAX_COMMIT_BYTES
from chalicelib.kernel.errors import VersionConflict
from chalicelib.kernel.stream import MAX_TENANT, StreamId
from tests.support.commits import a_commit, a_commit_of_size, a_history, a_stream

if TYPE_CHECKING:
    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.services.event_store import EventStore

WRITERS = 16
EVERY_BYTE = bytes(range(256))
EVERY_ID_CHARACTER = string.ascii_letters + string.digits + ".~_-"
LOOKALIKES = (
    StreamId("t", "Order", "a"),
    StreamId("t", "Order", "A"),
    StreamId("t", "Order", "ab"),
    StreamId("t", "Order", "a."),
    StreamId("t", "Order", "a-b"),
    StreamId("t", "Order", "a~"),
    StreamId("t", "Order", "a_"),
    StreamId("t", "Order", "aXb"),
    StreamId("t", "Order", "_"),
    StreamId("t", "Orders", "a"),
    StreamId("t", "order", "a"),
    StreamId("t-", "Order", "a"),
    StreamId("T", "Order", "a"),
)


def append_all(store: EventStore, commits: list[PackedCommit]) -> None:
    for commit in commits:
        store.append(commit)


def stored(store: EventStore, stream: StreamId | None = None, after: int = 0) -> list[PackedCommit]:
    return list(store.read(stream or a_stream(), after=after, strong=True))


def outcome(store: EventStore, commit: PackedCommit) -> str:
    try:
        store.append(commit)
    except VersionConflict:
        return "lost"
    return "won"


def race(store: EventStore, commits: list[PackedCommit]) -> list[str]:
    """Append all commits at once, each on a thread of its own."""
    line = threading.Barrier(len(commits))

    def run(commit: PackedCommit) -> str:
        line.wait()
        return outcome(store, commit)

    with ThreadPoolExecutor(len(commits)) as threads:
        return list(threads.map(run, commits))


@pytest.mark.requirement("R1")
@pytest.mark.requirement("T2")
class EventStoreContract:
    """Bind it with a fixture ``store``: an EventStore with nothing in it."""

    def test_nothing_is_read_of_a_stream_without_commits(self, store: EventStore):
        """Reading what never happened is no error."""
        assert [] == stored(store)
        assert [] == list(store.tail(a_stream(), limit=6, strong=True))
        assert store.commit_at(a_stream(), 1) is None

    @pytest.mark.parametrize("count", [1, 99, 100, 101, 1000])
    def test_a_commit_is_read_as_it_was_written(self, store: EventStore, count: int):
        """Every byte of every part survives, however many events the commit has."""
        commit = a_commit(count=count, header=EVERY_BYTE, body=EVERY_BYTE[::-1] * count)

        store.append(commit)

        assert [commit] == stored(store)
        assert [commit] == list(store.tail(a_stream(), limit=1, strong=True))
        assert commit == store.commit_at(a_stream(), 1)

    def test_a_commit_may_fill_the_limit(self, store: EventStore):
        """What the platform accepts as a commit, up to the last byte, the store does too."""
        largest = a_commit_of_size(MAX_COMMIT_BYTES)

        store.append(largest)

        assert MAX_COMMIT_BYTES == largest.size
        assert [largest] == stored(store)

    def test_commits_are_read_in_the_order_of_their_versions(self, store: EventStore):
        """As numbers: 9 before 10, 99 before 100."""
        history = a_history(counts=[1] * 12 + [80] * 2 + [900] * 2)

        append_all(store, history)

        assert history == stored(store)

    @pytest.mark.parametrize(
        ("after", "starts"),
        [
            (0, [1, 2, 5, 6, 8]),
            (1, [2, 5, 6, 8]),
            (3, [5, 6, 8]),
            (4, [5, 6, 8]),
            (5, [6, 8]),
            (7, [8]),
        ],
        ids=str,
    )
    def test_reading_starts_behind_a_version(
        self, store: EventStore, after: int, starts: list[int]
    ):
        """Only commits that start behind it: not the one that it lies within."""
        append_all(store, a_history(counts=[1, 3, 1, 2, 3]))

        assert starts == [commit.version for commit in stored(store, after=after)]

    @pytest.mark.parametrize(
        ("after", "before", "starts"),
        [(0, 1, []), (0, 2, [1]), (0, 6, [1, 2, 5]), (1, 5, [2]), (2, 3, []), (5, 99, [6, 8])],
        ids=str,
    )
    def test_reading_ends_before_a_version(
        self, store: EventStore, after: int, before: int, starts: list[int]
    ):
        """Only commits that start before it: what lies between two that are known."""
        append_all(store, a_history(counts=[1, 3, 1, 2, 3]))

        found = store.read(a_stream(), after=after, before=before, strong=True)

        assert starts == [commit.version for commit in found]

    def test_who_lost_a_race_may_learn_what_was_first(self, store: EventStore):
        """If the store says it: the commit in the way and those behind it, from that version on."""
        history = a_history()
        append_all(store, history)

        with pytest.raises(VersionConflict) as refused:
            store.append(a_commit(version=2, body=b"late", previous=history[0].hash))

        assert list(refused.value.rivals) in ([], history[1:])

    def test_nothing_lies_behind_the_last_version(self, store: EventStore):
        """A reader that is up to date reads nothing."""
        append_all(store, a_history(counts=[1, 3]))

        assert [] == stored(store, after=4)
        assert [] == stored(store, after=1_000_000)

    @pytest.mark.parametrize("limit", [1, 2, 6, 7, 100])
    def test_the_tail_is_the_last_commits_ascending(self, store: EventStore, limit: int):
        """So many commits, not events; all, if there are fewer."""
        history = a_history(counts=[1, 3, 1, 2, 1, 1])
        append_all(store, history)

        assert history[-limit:] == list(store.tail(a_stream(), limit=limit, strong=True))

    def test_a_commit_is_found_by_its_first_version_only(self, store: EventStore):
        """Versions within a commit are no keys."""
        first, second = a_history(counts=[2, 3])
        append_all(store, [first, second])

        found = [store.commit_at(a_stream(), version) for version in range(1, 7)]

        assert [first, None, second, None, None, None] == found

    def test_the_same_commit_again_changes_nothing(self, store: EventStore):
        """A writer whose answer was lost asks again, and is told that it succeeded."""
        history = a_history()
        append_all(store, history)

        append_all(store, history)

        assert history == stored(store)

    @pytest.mark.parametrize(
        "rival",
        [
            a_commit(header=b"another"),
            a_commit(body=b"another"),
            a_commit(count=2),
            a_commit(previous=bytes([1]) * 32),
        ],
        ids=["header", "body", "count", "previous"],
    )
    def test_another_commit_at_a_taken_version_is_refused(
        self, store: EventStore, rival: PackedCommit
    ):
        """Whatever it differs in; the first one stays, and of the second there is no trace."""
        commit = a_commit()
        store.append(commit)

        with pytest.raises(VersionConflict) as refused:
            store.append(rival)

        assert 1 == refused.value.version
        assert str(a_stream()) in str(refused.value)
        assert [commit] == stored(store)

    def test_a_taken_version_stays_taken_when_others_follow(self, store: EventStore):
        """A late writer can't rewrite the past."""
        history = a_history()
        append_all(store, history)

        with pytest.raises(VersionConflict):
            store.append(a_commit(version=2, body=b"late", previous=history[0].hash))

        assert history == stored(store)

    def test_streams_are_told_apart_to_the_character(self, store: EventStore):
        """Prefixes, wildcards, case, and every part of the name."""
        commits = {stream: a_commit(stream, body=str(stream).encode()) for stream in LOOKALIKES}

        append_all(store, list(commits.values()))

        assert {stream: [commit] for stream, commit in commits.items()} == {
            stream: stored(store, stream) for stream in LOOKALIKES
        }

    def test_tenants_have_streams_of_their_own(self, store: EventStore):
        """The same id of two tenants is two streams; neither's versions get in the other's way."""
        ours = a_history(a_stream(tenant="ours"), body=b"ours")
        theirs = a_history(a_stream(tenant="theirs"), body=b"theirs")

        append_all(store, [*ours, *theirs])

        assert ours == stored(store, a_stream(tenant="ours"))
        assert theirs == stored(store, a_stream(tenant="theirs"))

    def test_every_legal_name_is_taken(self, store: EventStore):
        """All characters, at the greatest length."""
        longest = (EVERY_ID_CHARACTER * 2)[:128]
        stream = StreamId(EVERY_ID_CHARACTER[-MAX_TENANT:], longest, longest[::-1])
        commit = a_commit(stream)

        store.append(commit)

        assert [commit] == stored(store, stream)

    def test_of_commits_that_race_for_a_version_one_wins(self, store: EventStore):
        """Exactly one, at each version, and it is the one that is stored."""
        winners: list[PackedCommit] = []
        for version in range(1, 6):
            previous = winners[-1].hash if winners else GENESIS
            rivals = [
                a_commit(version=version, body=b"%d" % writer, previous=previous)
                for writer in range(WRITERS)
            ]

            outcomes = race(store, rivals)

            assert ["lost"] * (WRITERS - 1) + ["won"] == sorted(outcomes)
            winners.append(rivals[outcomes.index("won")])
        assert winners == stored(store)

    def test_a_commit_that_races_with_itself_is_stored_once(self, store: EventStore):
        """Two attempts of one writer may overlap; both are told that they succeeded."""
        commit = a_commit()

        assert ["won"] * WRITERS == race(store, [commit] * WRITERS)
        assert [commit] == stored(store)

    def test_writers_of_different_streams_do_not_meet(self, store: EventStore):
        """Each stream has its own versions, and nothing of any is lost."""
        histories = [a_history(a_stream(f"order-{number}")) for number in range(WRITERS)]

        with ThreadPoolExecutor(WRITERS) as threads:
            list(threads.map(lambda history: append_all(store, history), histories))

        assert histories == [stored(store, history[0].stream) for history in histories]

    def test_a_stream_above_a_megabyte_is_read_to_its_end(self, store: EventStore):
        """From the start, from the middle, and backwards for the tail."""
        history = a_history(counts=[2] * 30, body=bytes(100_000))
        append_all(store, history)

        assert history == stored(store)
        assert history[15:] == stored(store, after=30)
        assert history[-20:] == list(store.tail(a_stream(), limit=20, strong=True))

    def test_a_stream_of_many_commits_is_read_to_its_end(self, store: EventStore):
        """However many pages that takes."""
        history = a_history(counts=[1] * 260)
        append_all(store, history)

        assert history == stored(store)
        assert history[-250:] == list(store.tail(a_stream(), limit=250, strong=True))

    def test_a_reader_sees_a_stream_without_gaps_while_it_grows(self, store: EventStore):
        """What a strong read returns is the stream up to some version, and never goes back."""
        history = a_history(counts=[1] * 60)
        with ThreadPoolExecutor(1) as threads:
            writing = threads.submit(append_all, store, history)
            seen = [stored(store)]
            while not writing.done():
                seen.append(stored(store))
            writing.result()

        assert all(history[: len(commits)] == commits for commits in seen)
        assert all(len(before) <= len(now) for before, now in pairwise(seen))

    def test_an_abandoned_read_is_in_nobodys_way(self, store: EventStore):
        """A reader need not read to the end."""
        history = a_history(counts=[1] * 70)
        append_all(store, history)

        reading = store.read(a_stream(), strong=True)
        assert history[0] == next(reading)
        store.append(a_commit(version=71, previous=history[-1].hash))

        assert 71 == len(stored(store))

    def test_a_strong_store_needs_no_strong_reads(self, store: EventStore):
        """If it says that it is strong, reads that don't ask for it see every append too."""
        history = a_history()
        append_all(store, history)

        if store.strong:
            assert history == list(store.read(a_stream()))
            assert history[-2:] == list(store.tail(a_stream(), limit=2))
