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
