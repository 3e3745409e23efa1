"""The contract of SnapshotStore."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from chalicelib.kernel.commit import Path
from chalicelib.kernel.head import REMEMBERED_COMMANDS, AcceptedCommand, Head
from chalicelib.kernel.snapshot import Snapshot
from tests.support.commits import a_stream

if TYPE_CHECKING:
    from chalicelib.services.event_store import SnapshotStore

EVERY_BYTE = bytes(range(256))


def a_snapshot(version: int = 6, *, stream: str = "order-1", tenant: str = "default") -> Snapshot:
    head = Head(
        version=version,
        hash=EVERY_BYTE[-32:],
        recorded_at=datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC),
        last_on={Path.CORE: version, Path.SECONDARY: version - 1},
        commands=(
            AcceptedCommand("command~1", bytes(32), 1),
            AcceptedCommand("-._~", EVERY_BYTE[:32], version),
        ),
    )
    return Snapshot(a_stream(stream, tenant=tenant), head, "1:abc", b'{"version":%d}' % version)


@pytest.mark.requirement("R3")
@pytest.mark.requirement("T7")
class SnapshotStoreContract:
    """Bind it with a fixture ``snapshots``: a SnapshotStore with nothing in it."""

    def test_a_stream_may_have_none(self, snapshots: SnapshotStore):
        """Then it is loaded from its start."""
        snapshots.save(a_snapshot(stream="another"))

        assert snapshots.latest(a_stream()) is None

    def test_a_snapshot_comes_back_as_it_was(self, snapshots: SnapshotStore):
        """Hashes to the byte, times to the microsecond, marks of both paths, commands in order."""
        snapshots.save(a_snapshot())

        assert a_snapshot() == snapshots.latest(a_stream())

    @pytest.mark.parametrize("state", [b"", EVERY_BYTE, bytes(200_000)], ids=["no", "any", "many"])
    def test_a_state_is_any_bytes(self, snapshots: SnapshotStore, state: bytes):
        """The store does not look into it."""
        snapshot = replace(a_snapshot(), state=state)

        snapshots.save(snapshot)

        assert snapshot == snapshots.latest(a_stream())

    def test_a_head_remembers_a_hundred_commands(self, snapshots: SnapshotStore):
        """With their whole ids, in their order."""
        commands = tuple(
            AcceptedCommand(f"{number:0128}", bytes([number]) * 32, number + 1)
            for number in range(REMEMBERED_COMMANDS)
        )
        snapshot = replace(a_snapshot(), head=replace(a_snapshot().head, commands=commands))

        snapshots.save(snapshot)

        assert snapshot == snapshots.latest(a_stream())

    @pytest.mark.parametrize("microsecond", [0, 1, 500_000])
    @pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=-9, minutes=-30))], ids=str)
    def test_a_time_is_an_instant(self, snapshots: SnapshotStore, microsecond: int, zone: timezone):
        """Whatever zone it was told in, and whether or not it has fractions of a second."""
        at = datetime(2026, 1, 1, 0, 0, 0, microsecond, tzinfo=zone)
        snapshot = replace(a_snapshot(), head=replace(a_snapshot().head, recorded_at=at))

        snapshots.save(snapshot)

        latest = snapshots.latest(a_stream())
        assert latest is not None
        assert at == latest.head.recorded_at
        assert timedelta() == latest.head.recorded_at.utcoffset()

    def test_a_fresh_head_comes_back_too(self, snapshots: SnapshotStore):
        """One without commands, at the start of time."""
        snapshot = replace(a_snapshot(), head=Head(version=1))

        snapshots.save(snapshot)

        assert snapshot == snapshots.latest(a_stream())

    def test_the_latest_has_the_highest_version(self, snapshots: SnapshotStore):
        """As a number, and whichever was saved last."""
        for version in (6, 12, 100, 9):
            snapshots.save(a_snapshot(version))

        assert a_snapshot(100) == snapshots.latest(a_stream())

    def test_a_snapshot_saved_again_changes_nothing(self, snapshots: SnapshotStore):
        """Its consumer may get the same commit twice."""
        snapshots.save(a_snapshot())
        snapshots.save(a_snapshot())

        assert a_snapshot() == snapshots.latest(a_stream())

    def test_a_new_reducer_replaces_the_snapshot_of_an_old_one(self, snapshots: SnapshotStore):
        """At the same version, the one that can be used is the one to keep."""
        newer = replace(a_snapshot(), reducer="2:def", state=b"{}")

        snapshots.save(a_snapshot())
        snapshots.save(newer)

        assert newer == snapshots.latest(a_stream())

    def test_streams_and_tenants_have_their_own(self, snapshots: SnapshotStore):
        """Names that begin alike are different names."""
        mine = a_snapshot(6)
        others = [
            a_snapshot(7, stream="order-10"),
            a_snapshot(8, stream="order-"),
            a_snapshot(9, tenant="default-2"),
        ]

        for snapshot in (mine, *others):
            snapshots.save(snapshot)

        assert mine == snapshots.latest(a_stream())
        assert others == [snapshots.latest(each.stream) for each in others]
