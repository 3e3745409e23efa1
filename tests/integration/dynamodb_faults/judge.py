"""Judges a run after the fact, by the log as it is read strongly when all is quiet.

The auditor of the simulation sees the log grow; here it is shown the log afterwards. What a stream
was when an attempt began and ended is known within bounds. It had at least the commits that were
acknowledged before the attempt began. It had at most those of commands that were sent before the
attempt was answered, up to the first that was not.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.orders import orders
from chalicelib.domain.orders.order import order
from chalicelib.services.command_handler import CommandResult
from tests.simulation.audit import Auditor
from tests.simulation.checks import judge_snapshot
from tests.simulation.scheduler import Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.kernel.commit import PackedCommit
    from chalicelib.kernel.snapshot import Snapshot
    from chalicelib.kernel.stream import StreamId
    from chalicelib.wiring.container import WriteSide
    from tests.simulation.audit import Attempt, Story


@dataclass
class Judge:
    """Judges stream by stream; ``write`` looks on without faults. Raises Violation."""

    write: WriteSide

    def judge(
        self,
        attempts: Iterable[Attempt],
        log: Iterable[PackedCommit],
        snapshots: Iterable[Snapshot],
    ) -> None:
        """Judge all streams of a run."""
        of_stream: dict[StreamId, list[Attempt]] = defaultdict(list)
        commits: dict[StreamId, list[PackedCommit]] = defaultdict(list)
        for attempt in attempts:
            of_stream[attempt.stream].append(attempt)
        for commit in log:
            commits[commit.stream].append(commit)
        stories = {
            stream: self._story(stream, of_stream[stream], commits[stream])
            for stream in {*of_stream, *commits}
        }
        for snapshot in snapshots:
            kind = order.state
            state = self.write.shapes.from_json(kind, snapshot.state) if snapshot.state else None
            judge_snapshot(stories[snapshot.stream], snapshot, state)

    def _story(
        self, stream: StreamId, attempts: list[Attempt], commits: list[PackedCommit]
    ) -> Story:
        auditor = Auditor(order, orders.name, lambda: 0)
        auditor.codec = self.write.codec
        auditor.attempts = attempts
        for commit in sorted(commits, key=lambda each: each.version):
            auditor.landed(commit)
        story = auditor.story(stream)
        for attempt in (each for each in attempts if each.answer is not None):
            attempt.began = _least(story, attempts, attempt)
            attempt.ended = _most(story, attempts, attempt)
            auditor.judge(attempt)
            _is_repeat(attempts, attempt)
        auditor.finish()
        self._loads(story)
        return story

    def _loads(self, story: Story) -> None:
        loader = self.write.loaders[story.stream.aggregate]
        for strong in (True, False):
            loaded = loader.load(story.stream, strong=strong)
            if (loaded.state, loaded.head.version) != (story.states[-1], story.version()):
                raise Violation(f"3: {story.stream} loads as {loaded}, not {story.states[-1]}")


def _least(story: Story, attempts: Sequence[Attempt], attempt: Attempt) -> int:
    """Return how many commits had been acknowledged when an attempt began."""
    known = max(
        (
            other.answer.version
            for other in attempts
            if isinstance(other.answer, CommandResult) and _before(other.last_step, attempt.step)
        ),
        default=0,
    )
    return sum(commit.last <= known for commit in story.commits)


def _most(story: Story, attempts: Sequence[Attempt], attempt: Attempt) -> int:
    """Return how many commits there may have been when an attempt was answered."""
    for length, cause in enumerate(story.inputs):
        first = min(other.step for other in attempts if other.input == cause)
        if not _before(first, attempt.last_step):
            return length
    return len(story.inputs)


def _is_repeat(attempts: Sequence[Attempt], attempt: Attempt) -> None:
    """2: who is told that the command was carried out before has sent it before, or another has."""
    if isinstance(attempt.answer, CommandResult) and attempt.answer.replayed:
        others = (other for other in attempts if other is not attempt)
        if not any(
            other.input == attempt.input and _before(other.step, attempt.last_step)
            for other in others
        ):
            raise Violation(f"2: {attempt.ask} was sent once, and its answer is called a repeat")


def _before(moment: int | None, other: int | None) -> bool:
    return moment is not None and other is not None and moment < other
