"""History written anew: over the port, and in the file itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from chalicelib.cli.demo.stage import ORDER
from chalicelib.cli.demo.step import Attempt, Step
from chalicelib.kernel.commit import GENESIS
from chalicelib.kernel.errors import VersionConflict
from chalicelib.services.event_store import commit_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chalicelib.cli.demo.stage import Stage
    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.services.event_store import EventStore

_STATEMENTS: Final = (
    "UPDATE commits SET body = x'00' WHERE stream = :stream",
    "DELETE FROM commits WHERE stream = :stream",
    "INSERT OR REPLACE INTO commits SELECT * FROM commits WHERE stream = :stream",
)


def _attempts(stage: Stage) -> Iterator[Attempt]:
    with stage.write_ports() as ports:
        before = commit_at(ports.events, ORDER, 1)
        answered, refused = _appended(ports.events, _forged(before))
        yield Attempt(f"EventStore.append, another commit at {ORDER}@1", answered, refused)
        for statement in _STATEMENTS:
            answered, refused = _executed(stage.log, statement)
            told = statement.replace(":stream", f"'{ORDER}'")
            yield Attempt(f"SQL in {stage.log.name}: {told}", answered, refused)
        after = commit_at(ports.events, ORDER, 1)
    digests = f"SHA-256 {before.hash.hex()[:12]} before, {after.hash.hex()[:12]} after"
    yield Attempt(f"{ORDER}@1, read again", digests, before == after, harmless=True)


def _forged(commit: PackedCommit) -> PackedCommit:
    """Return another commit in its place, with a hash that is right."""
    forged = replace(commit, body=commit.body + b"\0")
    return replace(forged, hash=forged.computed_hash(GENESIS))


def _appended(events: EventStore, commit: PackedCommit) -> tuple[str, bool]:
    try:
        events.append(commit)
    except VersionConflict as error:
        return f"VersionConflict: {error}", True
    return "appended", False


def _executed(log: Path, statement: str) -> tuple[str, bool]:
    with closing(sqlite3.connect(log, isolation_level=None)) as connection:
        try:
            changed = connection.execute(statement, {"stream": str(ORDER)}).rowcount
        except sqlite3.IntegrityError as error:
            return f"IntegrityError: {error}", True
    return f"{changed} rows changed", False


OVERWRITTEN_HISTORY: Final = Step(
    name="overwritten-history",
    title="An overwrite of history",
    tries="Code that holds the store's port, and someone with an SQL prompt, change the order.",
    stopped_by="the insert-only store: its key, and its triggers",
    attempts=_attempts,
)
