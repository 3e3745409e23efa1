"""SqliteDecisions: what holds beyond the contract."""

from contextlib import closing
from datetime import timedelta

import pytest

from chalicelib.adapters.embedded.database import Database
from chalicelib.adapters.embedded.decisions import KEPT, SCHEMA, SqliteDecisions
from tests.contract.decisions import NOON, a_denial

pytestmark = pytest.mark.requirement("R9")


def test_what_has_grown_too_old_goes(tmp_path):
    """When the next one comes, whichever tenant's it is."""
    with closing(Database(tmp_path / "decisions.db", SCHEMA)) as database:
        decisions = SqliteDecisions(database)
        decisions.record(a_denial(1, tenant="old", at=NOON))
        decisions.record(a_denial(2, tenant="kept", at=NOON + timedelta(seconds=1)))

        decisions.record(a_denial(3, at=NOON + KEPT + timedelta(seconds=1)))

        found = [len(decisions.denials(each, limit=9)) for each in ("old", "kept", "default")]
    assert [0, 1, 1] == found


def test_a_flood_of_denials_does_not_fill_the_disk(tmp_path, caplog):
    """Of so many, the newest are kept, never twice as many; and the log says so."""
    with closing(Database(tmp_path / "decisions.db", SCHEMA)) as database:
        decisions = SqliteDecisions(database, most=10)
        kept = []
        for number in range(31):
            decisions.record(a_denial(number))
            kept.append(len(decisions.denials("default", limit=99)))
        newest = decisions.denials("default", limit=10)

        again = SqliteDecisions(database, most=5)  # a restart counts at once
        again.record(a_denial(31))
        left = again.denials("default", limit=99)

    assert (19, 10) == (max(kept), kept[-1])
    assert [f"denial-{number:04}" for number in range(30, 20, -1)] == [each.id for each in newest]
    assert [f"denial-{number:04}" for number in range(31, 26, -1)] == [each.id for each in left]
    assert "more denials than 10: the oldest 10 go" in caplog.text
