"""The auditor: knows the log as it grows, and judges every commit and every answer by it.

Its model of a stream is naive on purpose: all commits in a list, all states in another, and a
linear search. It shares the codec and the pure decider with the product, and nothing else.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.commit import GENESIS, Path
from chalicelib.kernel.errors import (
    IdempotencyKeyReused,
    NexusError,
    Refusal,
    Unavailable,
    VersionConflict,
    VersionMismatch,
)
from chalicelib.services.consistency import Mark
from tests.simulation.answers import Answer, described
from tests.simulation.scheduler import Violation

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.kernel.commit import Commit, PackedCommit
    from chalicelib.kernel.context import Aggregate
    from chalicelib.kernel.messages import Command
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.command_handler import CommandResult
    from chalicelib.services.event_store import CommitCodec
    from tests.simulation.script import Ask

REMEMBERED: Final = 100


@dataclass
class Attempt:
    """One sending of a command: what the log was when it began and when it was answered."""

    ask: Ask
    command: Command
    stream: StreamId
    if_match: int | None
    began: int
    """Commits of the stream at the time."""
    step: int
    """When, in steps of the run."""
    ended: int | None = None
    last_step: int | None = None
    answer: Answer | None = None

    @property
    def input(self) -> tuple[str, str, Command]:
        """What makes two attempts the same command."""
        return self.ask.key, self.ask.name, self.command


@dataclass
class Story:
    """A stream as the auditor knows it; ``states[n]`` is the state after n commits."""

    stream: StreamId
    states: list[Any]
    packed: list[PackedCommit] = field(default_factory=list)
    commits: list[Commit] = field(default_factory=list)
    inputs: list[tuple[str, str, Command]] = field(default_factory=list)
    """Which command each commit came from."""

    def version(self, length: int | None = None) -> int:
        """Return the version of the stream when it had so many commits; the present one."""
        commits = self.commits[:length]
        return commits[-1].last if commits else 0

    def last_on(self, length: int) -> dict[Path, int]:
        """Return the last version on each path when it had so many commits."""
        marks = {Path.CORE: 0, Path.SECONDARY: 0}
        for commit in self.commits[:length]:
            marks |= {event.path: event.version for event in commit.events}
        return marks


class Auditor:
    """Judges; raises Violation."""

    def __init__(self, aggregate: Aggregate, context: str, step: Callable[[], int]) -> None:
        self.aggregate = aggregate
        self.context = context
        self._step = step
        self.codec: CommitCodec | None = None
        self.stories: dict[StreamId, Story] = {}
        self.attempts: list[Attempt] = []
        self._answers: dict[tuple[str, str, Command], CommandResult] = {}

    def story(self, stream: StreamId) -> Story:
        """Return what is known of a stream."""
        if stream not in self.stories:
            self.stories[stream] = Story(stream, [self.aggregate.decider.initial])
        return self.stories[stream]

    def begin(self, ask: Ask, command: Command, stream: StreamId, if_match: int | None) -> Attempt:
        """Take down that a command is sent."""
        began = len(self.story(stream).commits)
        attempt = Attempt(ask, command, stream, if_match, began, self._step())
        self.attempts.append(attempt)
        return attempt

    def landed(self, packed: PackedCommit) -> None:
        """Judge a commit that enters the log: it must be what a command leads to right here."""
        story, name = self.story(packed.stream), f"{packed.stream}@{packed.version}"
        length = len(story.commits)
        if packed.version != story.version(length) + 1:
            raise Violation(f"1: {name} follows version {story.version(length)}")
        previous = story.commits[-1].hash if story.commits else GENESIS
        if packed.hash != naive_hash(previous, packed):
            raise Violation(f"10: {name} does not chain to what is before it")
        assert self.codec is not None
        commit = self.codec.unpack(packed)
        if story.commits and commit.header.recorded_at <= story.commits[-1].header.recorded_at:
            raise Violation(f"{name} was recorded before what is before it")
        if dict(commit.header.previous_on) != story.last_on(length):
            raise Violation(f"{name} has wrong marks of the paths before it")
        attempt = self._cause(story, commit)
        story.packed.append(packed)
        story.commits.append(commit)
        story.inputs.append(attempt.input)
        events = [event.data for event in commit.events]
        story.states.append(self.aggregate.decider.fold(story.states[-1], events))

    def answered(self, attempt: Attempt, answer: Answer) -> None:
        """Take down an answer, and judge it."""
        attempt.answer, attempt.ended = answer, len(self.story(attempt.stream).commits)
        attempt.last_step = self._step()
        self.judge(attempt)

    def judge(self, attempt: Attempt) -> None:
        """Judge an answer: some state between question and answer must justify it."""
        answer = attempt.answer
        assert answer is not None
        assert attempt.ended is not None
        if isinstance(answer, Unavailable):
            return
        given = described(answer)
        possible = [
            self.expected(attempt, length) for length in range(attempt.began, attempt.ended + 1)
        ]
        if isinstance(answer, VersionConflict):
            if attempt.began == attempt.ended:
                raise Violation(f"1: {attempt.ask} lost a race that nobody won")
        elif given not in possible:
            raise Violation(f"2: {attempt.ask} was answered {given}, but justified is {possible}")
        if not isinstance(answer, NexusError) and answer.events:
            self._same(attempt, answer)

    def expected(self, attempt: Attempt, length: int) -> tuple[object, ...]:
        """Return the answer that is right when the stream has so many commits."""
        story = self.story(attempt.stream)
        for index in range(max(0, length - REMEMBERED), length):
            if story.inputs[index][0] == attempt.ask.key:
                if story.inputs[index] != attempt.input:
                    return (IdempotencyKeyReused.__name__, attempt.ask.key)
                return self._committed(story, index)
        version = story.version(length)
        if attempt.if_match not in (None, version):
            return (VersionMismatch.__name__, version)
        try:
            events = self.aggregate.decider.decide(attempt.command, story.states[length])
        except Refusal as refusal:
            return described(refusal)
        if events:
            return ("to be committed",)
        return ("nothing to do", version, Mark.of(story.stream, story.last_on(length)))

    def finish(self) -> None:
        """Judge the run: what was acknowledged is there, what was refused is not."""
        for attempt in self.attempts:
            story = self.story(attempt.stream)
            landed = [n for n, known in enumerate(story.inputs) if known == attempt.input]
            if len(landed) > 1:
                raise Violation(f"2: {attempt.ask} led to {len(landed)} commits")
            if isinstance(attempt.answer, Refusal | VersionConflict):
                self._nowhere(attempt, landed)

    def _cause(self, story: Story, commit: Commit) -> Attempt:
        """Return the attempt that a commit comes from: one that was sent, and decided like this."""
        length = len(story.commits)
        events = [event.data for event in commit.events]
        for attempt in self.attempts:
            if (
                attempt.stream == story.stream
                and attempt.ask.key == commit.header.command_id
                and f"{self.context}.{attempt.ask.name}" == commit.header.command_type
                and attempt.if_match in (None, story.version(length))
                and self._decides(attempt.command, story.states[length]) == events
            ):
                return attempt
        name = f"{commit.stream}@{commit.version}"
        raise Violation(f"1: no command that was sent leads to {name} where it stands: {events}")

    def _decides(self, command: Command, state: Any) -> list[Any] | None:
        try:
            return list(self.aggregate.decider.decide(command, state))
        except Refusal:
            return None

    def _committed(self, story: Story, index: int) -> tuple[object, ...]:
        commit = story.commits[index]
        events = tuple((event.id, event.type) for event in commit.events)
        marks = Mark.of(story.stream, story.last_on(index + 1))
        return ("committed", commit.header.command_id, commit.last, events, marks)

    def _same(self, attempt: Attempt, answer: CommandResult) -> None:
        first = self._answers.setdefault(attempt.input, answer)
        if described(first) != described(answer):
            raise Violation(f"2: {attempt.ask} was answered {answer} after {first}")

    def _nowhere(self, refused: Attempt, landed: list[int]) -> None:
        """A refused command may land only by another sending, open at the time or sent later."""
        others = [
            other
            for other in self.attempts
            if other.input == refused.input and other is not refused
            if other.last_step is None or other.last_step > refused.step
        ]
        if landed and not others:
            raise Violation(f"1: {refused.ask} was refused, and is in the log")


def naive_hash(previous: bytes, commit: PackedCommit) -> bytes:
    """Return the hash that a commit must bear, written down once more."""
    parts = [
        str(commit.stream).encode(),
        str(commit.version).encode(),
        str(commit.count).encode(),
        commit.header,
        commit.body,
    ]
    sealed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hashlib.sha256(previous + sealed).digest()
