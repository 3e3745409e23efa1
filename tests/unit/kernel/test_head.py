from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.kernel.commit import (
    GENESIS,
    EventHeader,
    Header,
    PackedCommit,
    Path,
    Principal,
    SchemaRef,
    SnapshotDue,
)
from chalicelib.kernel.errors import CorruptStream
from chalicelib.kernel.head import REMEMBERED_COMMANDS, Head, last_on
from chalicelib.kernel.stream import StreamId

STREAM = StreamId("default", "Order", "test-1")
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def header(head: Head, *paths: Path, command_id: str = "c-1") -> Header:
    schema = SchemaRef("orders.OrderPlaced", 1, bytes(32))
    return Header(
        command_id=command_id,
        command_type="orders.PlaceOrder",
        input_hash=b"input",
        principal=Principal("user", "u-1", "default"),
        on_behalf_of=None,
        correlation_id="x",
        causation_id=None,
        trace=None,
        recorded_at=head.next_time(NOON),
        policy_digest=bytes(32),
        code_digest=bytes(32),
        previous_hash=head.hash,
        previous_on=head.last_on,
        snapshot_due=SnapshotDue.NO,
        events=tuple(EventHeader(schema, path, NOON) for path in paths),
    )


def commit(head: Head, stamped: Header) -> PackedCommit:
    count = len(stamped.events)
    unsealed = PackedCommit(STREAM, head.version + 1, count, b"header", b"body", b"")
    return replace(unsealed, hash=unsealed.computed_hash(head.hash))


def follow(head: Head, *paths: Path, command_id: str = "c-1") -> Head:
    stamped = header(head, *paths, command_id=command_id)
    return head.after(commit(head, stamped), stamped)


class TestHead:
    @pytest.mark.requirement("R1")
    def test_counts_events_and_keeps_the_last_version_of_each_path(self):
        """
        The version is that of the last event; each path has the last that travelled it.
        """
        head = follow(Head(), Path.CORE, Path.SECONDARY, Path.CORE)
        head = follow(head, Path.CORE)

        assert 4 == head.version
        assert {Path.CORE: 4, Path.SECONDARY: 2} == dict(head.last_on)

    def test_a_commit_that_leaves_a_gap_is_corruption(self):
        """
        A commit must start right behind the head.
        """
        stamped = header(Head(), Path.CORE)
        late = replace(commit(Head(), stamped), version=2)

        with pytest.raises(CorruptStream, match="version 0 is followed by 2"):
            Head().after(late, stamped)

    def test_a_commit_of_another_chain_is_corruption(self):
        """
        A commit must name the hash of the one before.
        """
        head = follow(Head(), Path.CORE)
        stamped = replace(header(head, Path.CORE), previous_hash=GENESIS)

        with pytest.raises(CorruptStream, match="does not chain"):
            head.after(commit(head, stamped), stamped)

    def test_times_never_run_backwards(self):
        """
        When the clock lags behind the stream, the next time is a microsecond later.
        """
        head = follow(Head(), Path.CORE)

        assert NOON + timedelta(microseconds=1) == head.next_time(NOON - timedelta(hours=1))
        assert NOON + timedelta(hours=1) == head.next_time(NOON + timedelta(hours=1))

    def test_remembers_the_last_hundred_commands(self):
        """
        A command can be recalled, with its first version, until a hundred others came after.
        """
        head = Head()
        for number in range(REMEMBERED_COMMANDS + 1):
            head = follow(head, Path.CORE, Path.CORE, command_id=f"c-{number}")

        assert head.recall("c-0") is None
        recalled = head.recall("c-1")
        assert recalled is not None
        assert (3, b"input") == (recalled.version, recalled.input_hash)

    def test_last_on_keeps_paths_that_a_commit_does_not_travel(self):
        """
        A path keeps its mark through commits that don't belong to it.
        """
        head = follow(Head(), Path.SECONDARY)
        stamped = header(head, Path.CORE)

        assert {Path.CORE: 2, Path.SECONDARY: 1} == dict(last_on(2, stamped))


class TestChain:
    @pytest.mark.requirement("R1")
    @pytest.mark.parametrize(
        "change",
        [
            {"stream": StreamId("default", "Order", "test-2")},
            {"version": 2},
            {"count": 2},
            {"header": b"Header"},
            {"body": b"bodz"},
            {"header": b"headerb", "body": b"ody"},
        ],
    )
    def test_the_seal_covers_all_that_is_stored(self, change):
        """
        Whatever changes in a commit, even where a boundary lies, changes its hash.
        """
        sealed = commit(Head(), header(Head(), Path.CORE))

        assert sealed.hash == sealed.computed_hash(GENESIS)
        assert sealed.hash != replace(sealed, **change).computed_hash(GENESIS)
        assert sealed.hash != sealed.computed_hash(b"another")
