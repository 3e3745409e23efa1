"""The write path: a command becomes one governed commit, or a refusal on a strong read."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.errors import (
    CorruptStream,
    Forbidden,
    IdempotencyKeyReused,
    Refusal,
    SchemaViolation,
    VersionConflict,
    VersionMismatch,
)
from chalicelib.kernel.head import last_on
from chalicelib.kernel.messages import message_type
from chalicelib.kernel.stream import StreamId
from chalicelib.services.consistency import Mark, encode_token
from chalicelib.services.event_store import commit_at
from chalicelib.services.governance.policy_engine import CommandQuestion
from chalicelib.services.governance.provenance import Accepted, input_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from chalicelib.kernel.commit import Header, PackedCommit
    from chalicelib.kernel.messages import Command, Event
    from chalicelib.services.commit_writer import CommitWriter
    from chalicelib.services.event_store import Loaded, StreamLoader
    from chalicelib.services.governance.provenance import Request
    from chalicelib.services.recent_streams import RecentStreams
    from chalicelib.services.shapes import Shapes

RACES: Final = 6
"""Races that a command may lose; the last one is final."""
_FIRST_PAUSE: Final = 0.005
"""Seconds, at most, after the first; doubled for each one more."""


@dataclass(frozen=True, slots=True)
class CommandRequest:
    """A command as it arrives: JSON data, and what came with it."""

    request: Request
    command_id: str
    data: Any
    if_match: int | None = None
    effective_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What became of a command; ``events`` are (id, type), none if there was nothing to do."""

    command_id: str
    stream: StreamId
    version: int
    events: tuple[tuple[str, str], ...]
    consistency_token: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A valid command, the stream that it is for, and the request that it came with."""

    command: Command
    stream: StreamId
    asked: CommandRequest


class CommandHandler:
    """Handles one type of command: from JSON to commit, top to bottom.

    A context brings its pure decider and needs no subclass. One that must do more than its decider
    can overrides ``validate`` or ``decide``.
    """

    def __init__(
        self,
        context: str,
        kind: type[Command],
        loader: StreamLoader,
        writer: CommitWriter,
        shapes: Shapes,
        recent: RecentStreams,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.kind = kind
        self.type = message_type(context, kind)
        self._loader = loader
        self._writer = writer
        self._shapes = shapes
        self._recent = recent
        self._sleep = sleep

    def handle(self, asked: CommandRequest) -> CommandResult:
        """Validate, authorise, load, then decide and append until that settles it.

        Who may not issue a command, but had this very one accepted before, gets its answer again.

        A refusal, or a decision of no events, that was not reached on a strong read is reached
        again on one before it is answered. Raises any NexusError; nothing is stored then, save for
        Unavailable, where repeating the command tells.
        """
        return self.run(self.prepare(asked))

    def prepare(self, asked: CommandRequest) -> Prepared:
        """Return the command that the request spells, and its stream; raises InvalidInput."""
        command = self.validate(asked.data)
        return Prepared(command, self._stream_of(command, asked), asked)

    def run(self, prepared: Prepared) -> CommandResult:
        """Carry out what ``prepare`` returned, as ``handle`` says."""
        command, stream, asked = prepared.command, prepared.stream, prepared.asked
        accepted = self._accept(command, asked)
        try:
            self._authorise(command, stream, asked)
        except Forbidden:
            if (answered := self._own_repeat(stream, accepted)) is not None:
                return answered
            raise
        return self._decide_until_settled(command, accepted, asked.if_match, self._known(stream))

    def _known(self, stream: StreamId) -> Loaded:
        known = self._recent.get(stream)
        if known is None:
            known = self._loader.load(stream)
            self._recent.keep(known)
        return known

    def _decide_until_settled(
        self, command: Command, accepted: Accepted, if_match: int | None, loaded: Loaded
    ) -> CommandResult:
        races = 0
        while True:
            try:
                result = self._settle(command, accepted, if_match, loaded)
                if result.events or loaded.strong:
                    return result
            except Refusal:
                if loaded.strong:
                    raise
            except VersionConflict as lost:
                races += 1
                if races == RACES:
                    raise
                self._sleep(random.uniform(0, _FIRST_PAUSE * 2 ** (races - 1)))  # noqa: S311 - jitter
                if lost.rivals:
                    loaded = self._loader.follow(loaded, lost.rivals)
                    continue
            loaded = self._loader.catch_up(loaded)
            self._recent.keep(loaded)

    def _settle(
        self, command: Command, accepted: Accepted, if_match: int | None, loaded: Loaded
    ) -> CommandResult:
        head = loaded.head
        if (known := head.recall(accepted.command_id)) is not None:
            if known.input_hash != accepted.input_hash:
                raise IdempotencyKeyReused(accepted.command_id)
            return _result(*self._recorded(loaded.stream, known.version), replayed=True)
        if if_match not in (None, head.version):
            raise VersionMismatch(str(loaded.stream), if_match, head.version)
        events = self.decide(command, loaded.state)
        if not events:
            token = encode_token(Mark.of(loaded.stream, head.last_on))
            return CommandResult(accepted.command_id, loaded.stream, head.version, (), token)
        commit, header = self._writer.seal(accepted, loaded, events)
        following = self._loader.follow(loaded, [commit])  # what can't be read is not written
        self._writer.events.append(commit)
        self._recent.keep(following)
        return _result(commit, header)

    def validate(self, data: Any) -> Command:
        """Return the command that the data spells; raises InvalidInput."""
        return self._shapes.parse(self.kind, data)

    def decide(self, command: Command, state: Any) -> Sequence[Event]:
        """Return the events that the command leads to; raises Refusal."""
        return self._loader.aggregate.decider.decide(command, state)

    def _stream_of(self, command: Command, asked: CommandRequest) -> StreamId:
        aggregate = self._loader.aggregate
        identity = getattr(command, aggregate.identity)
        return StreamId(asked.request.principal.tenant, aggregate.name, identity)

    def _authorise(self, command: Command, stream: StreamId, asked: CommandRequest) -> None:
        principal, now = asked.request.principal, self._writer.now()
        data = self._shapes.dump(command)
        question = CommandQuestion(self.type, data, stream, principal, asked.effective_at, now)
        self._writer.policies.authorise(question)

    def _accept(self, command: Command, asked: CommandRequest) -> Accepted:
        digest = input_hash(self.type, asked.effective_at, command, self._shapes)
        return Accepted(asked.command_id, self.type, digest, asked.request, asked.effective_at)

    def _own_repeat(self, stream: StreamId, accepted: Accepted) -> CommandResult | None:
        """Return the answer to a command that this very principal had accepted, or None."""
        try:
            known = self._loader.load(stream, strong=True).head.recall(accepted.command_id)
            if known is None or known.input_hash != accepted.input_hash:
                return None
            commit, header = self._recorded(stream, known.version)
        except (CorruptStream, SchemaViolation):  # nor is it told that it is there
            return None
        asker, owner = accepted.request.principal, header.principal
        if (asker.kind, asker.id) != (owner.kind, owner.id):
            return None
        return _result(commit, header, replayed=True)

    def _recorded(self, stream: StreamId, version: int) -> tuple[PackedCommit, Header]:
        commit = commit_at(self._writer.events, stream, version)
        return commit, self._writer.commit_codec.header(commit)


def _result(commit: PackedCommit, header: Header, *, replayed: bool = False) -> CommandResult:
    return CommandResult(
        command_id=header.command_id,
        stream=commit.stream,
        version=commit.last,
        events=tuple(
            (f"{commit.stream}@{version}", event.schema.type)
            for version, event in enumerate(header.events, start=commit.version)
        ),
        consistency_token=encode_token(Mark.of(commit.stream, last_on(commit.version, header))),
        replayed=replayed,
    )
