"""The event store against a model of it: a list of commits for each stream."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chalicelib.adapters.embedded.database import Database
from chalicelib.adapters.embedded.event_store import SCHEMA, SqliteEventStore
from chalicelib.kernel.commit import GENESIS, PackedCommit
from chalicelib.kernel.errors import VersionConflict
from chalicelib.kernel.stream import StreamId
from tests.support.commits import a_commit, a_stream

STREAMS = [a_stream(name) for name in ("a", "ab", "a.b", "b")]
PAYLOADS = st.binary(max_size=40)


class EventStoreMachine(RuleBasedStateMachine):
    """Appends, repeats, lost races and restarts, in any order."""

    appended = Bundle("appended")

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.model: dict[StreamId, list[PackedCommit]] = {stream: [] for stream in STREAMS}
        self.log: list[PackedCommit] = []
        self.open()

    def open(self):
        self.database = Database(Path(self.folder.name) / "test.db", SCHEMA)
        self.store = SqliteEventStore(self.database)

    def teardown(self):
        self.database.close()
        self.folder.cleanup()

    def next_of(self, stream):
        history = self.model[stream]
        return (history[-1].last + 1, history[-1].hash) if history else (1, GENESIS)

    @rule(target=appended, stream=st.sampled_from(STREAMS), count=st.integers(1, 9), body=PAYLOADS)
    def append(self, stream, count, body):
        version, previous = self.next_of(stream)
        commit = a_commit(stream, version, count, body=body, previous=previous)
        self.store.append(commit)
        self.model[stream].append(commit)
        self.log.append(commit)
        return commit

    @rule(commit=appended)
    def append_the_same_again(self, commit):
        self.store.append(commit)

    @rule(commit=appended, body=PAYLOADS.map(lambda body: body + b"!" * 41))
    def lose_a_race(self, commit, body):
        rival = a_commit(commit.stream, commit.version, commit.count, body=body)
        with pytest.raises(VersionConflict):
            self.store.append(rival)

    @precondition(lambda self: self.log)
    @rule()
    def restart(self):
        self.database.close()
        self.open()

    @rule(stream=st.sampled_from(STREAMS), after=st.integers(0, 30))
    def read_behind(self, stream, after):
        expected = [commit for commit in self.model[stream] if commit.version > after]
        assert expected == list(self.store.read(stream, after=after, strong=True))

    @rule(stream=st.sampled_from(STREAMS), limit=st.integers(1, 8))
    def read_the_tail(self, stream, limit):
        assert self.model[stream][-limit:] == list(self.store.tail(stream, limit=limit))

    @rule(stream=st.sampled_from(STREAMS), version=st.integers(1, 30))
    def read_one(self, stream, version):
        found = [commit for commit in self.model[stream] if commit.version == version]
        assert (found[0] if found else None) == self.store.commit_at(stream, version)

    @rule(after=st.integers(0, 20), limit=st.integers(1, 10))
    def read_the_feed(self, after, limit):
        found = self.store.changes(after, limit)
        assert self.log[after : after + limit] == [commit for _, commit in found]

    @invariant()
    def nothing_is_lost(self):
        assert len(self.log) == self.store.waiting(0)


@pytest.mark.requirement("R1")
def test_the_store_does_what_its_model_does():
    """
    After any series of appends, repeats, lost races and restarts, reads agree with a plain list.
    """
    run_state_machine_as_test(
        EventStoreMachine,
        settings=settings(max_examples=60, stateful_step_count=30, deadline=None, derandomize=True),
    )
