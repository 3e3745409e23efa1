from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.kernel.commit import SnapshotDue
from chalicelib.services.event_store import Tail
from chalicelib.services.snapshot_manager import SnapshotTrigger

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
trigger = SnapshotTrigger(interval=6, size=1000, age=timedelta(hours=1))


@pytest.mark.requirement("R3")
@pytest.mark.requirement("T7")
@pytest.mark.parametrize(
    ("tail", "verdict"),
    [
        (Tail(), SnapshotDue.NO),
        (Tail(4, 999, NOON - timedelta(minutes=59)), SnapshotDue.NO),
        (Tail(5, 999, NOON - timedelta(minutes=59)), SnapshotDue.COUNT),
        (Tail(4, 1000, NOON - timedelta(minutes=59)), SnapshotDue.SIZE),
        (Tail(4, 999, NOON - timedelta(minutes=60)), SnapshotDue.AGE),
    ],
)
def test_number_size_and_age_of_the_tail_make_a_snapshot_due(tail, verdict):
    """
    The commit that makes six, a tail of a thousand bytes, or one that began an hour ago.
    """
    assert verdict is trigger.verdict(tail, NOON)
