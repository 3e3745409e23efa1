"""The head of a stream: all that the next command needs to know of the past but the state."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.commit import GENESIS, Path
from chalicelib.kernel.errors import CorruptStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.kernel.commit import Header, PackedCommit

REMEMBERED_COMMANDS: Final = 100
_TICK: Final = timedelta(microseconds=1)
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NOWHERE: Final[Mapping[Path, int]] = {Path.CORE: 0, Path.SECONDARY: 0}


@dataclass(frozen=True, slots=True)
class AcceptedCommand:
    """A command that a stream remembers, and the first version of the commit it led to."""

    id: str
    input_hash: bytes
    version: int


@dataclass(frozen=True, slots=True)
class Head:
    """Version and hash of the last commit, its time, the paths' last versions, recent commands."""

    version: int = 0
    hash: bytes = GENESIS
    recorded_at: datetime = _NEVER
    last_on: Mapping[Path, int] = field(default_factory=lambda: _NOWHERE)
    commands: tuple[AcceptedCommand, ...] = ()

    def next_time(self, now: datetime) -> datetime:
        """Return the time for the next commit: a stream's times never run backwards."""
        return max(now, self.recorded_at + _TICK)

    def recall(self, command_id: str) -> AcceptedCommand | None:
        """Return the accepted command of that id, if it is among the last 100."""
        return next((known for known in self.commands if known.id == command_id), None)

    def after(self, commit: PackedCommit, header: Header) -> Head:
        """Return the head after a commit; raises CorruptStream if it does not follow this one."""
        if commit.version != self.version + 1:
            message = f"{commit.stream}: version {self.version} is followed by {commit.version}"
            raise CorruptStream(message)
        if header.previous_hash != self.hash:
            message = f"{commit.stream}@{commit.version} does not chain to version {self.version}"
            raise CorruptStream(message)
        command = AcceptedCommand(header.command_id, header.input_hash, commit.version)
        return Head(
            version=commit.last,
            hash=commit.hash,
            recorded_at=header.recorded_at,
            last_on=last_on(commit.version, header),
            commands=(*self.commands, command)[-REMEMBERED_COMMANDS:],
        )


def last_on(version: int, header: Header) -> Mapping[Path, int]:
    """Return the last version on each path after the commit that starts at ``version``."""
    marks = dict(header.previous_on)
    for number, event in enumerate(header.events, start=version):
        marks[event.path] = number
    return marks


def follow(head: Head, commits: Iterable[tuple[PackedCommit, Header]]) -> Head:
    """Return the head after several commits."""
    for commit, header in commits:
        head = head.after(commit, header)
    return head
