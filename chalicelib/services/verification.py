"""Verification: is the log what was written, and was every part of it governed?

Nothing that is stored is believed. Hashes are computed from the bytes, and what a commit says of
its past is compared with that past. Two things can't be seen in a log itself: that its end was cut
off (``newest_known`` tells of one that somebody has seen), and in which order two streams were
written, which has no meaning.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from chalicelib.kernel.commit import GENESIS, PackedCommit, Path
from chalicelib.kernel.errors import SchemaViolation, Unavailable
from chalicelib.kernel.head import REMEMBERED_COMMANDS, last_on

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from chalicelib.kernel.commit import Header
    from chalicelib.kernel.stream import StreamId
    from chalicelib.services.event_store import CommitCodec
    from chalicelib.services.governance.schema_registry import SchemaRegistry

Numbered: TypeAlias = tuple[int, "PackedCommit | Exception"]
"""A commit and its number in the log; or why it can't even be read."""

PAGE: Final = 64
"""Commits in one read."""
LISTED: Final = 100
"""Findings that a report lists; all are counted."""
_PATIENCE: Final = 1_000
"""Unreadable commits in a row after which the rest is given up."""
_BEFORE_ALL: Final = -(2**63)
_NO_DIGEST: Final = bytes(32)
_TYPES: Final[Mapping[str, type]] = {
    "version": int,
    "count": int,
    "header": bytes,
    "body": bytes,
    "hash": bytes,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and where: ``{stream}@{version}``, or ``#7``, the log's seventh commit."""

    place: str
    message: str


@dataclass(slots=True)
class Report:
    """What was looked at and what was found; commits by the digest (hex) that they bear."""

    commits: int = 0
    events: int = 0
    streams: int = 0
    by_policies: Counter[str] = field(default_factory=Counter)
    by_code: Counter[str] = field(default_factory=Counter)
    found: int = 0
    findings: list[Finding] = field(default_factory=list)

    def add(self, place: str, message: str) -> None:
        """Count a finding in, and list it if there is room."""
        self.found += 1
        if len(self.findings) < LISTED:
            self.findings.append(Finding(place, message))


class History(Protocol):
    """The commits of all streams, numbered from 1 in the order of writing."""

    def changes(self, after: int, limit: int) -> Sequence[tuple[int, PackedCommit]]:
        """Return the next commits behind a number; raises for one that can't be read."""

    def newest(self) -> int:
        """Return the number of the last commit, 0 if there is none."""


@dataclass(slots=True)
class _Past:
    """A stream up to here."""

    version: int = 0
    hashes: tuple[bytes, ...] = (GENESIS,)
    """What the last commit bears and what it should bear: where they differ, that was found."""
    recorded_at: datetime | None = None
    marks: Mapping[Path, int] | None = field(default_factory=lambda: dict.fromkeys(Path, 0))
    """The last version on each path; None behind a commit that can't tell."""
    commands: list[str] = field(default_factory=list)
    """The ids of the last 100."""


class Verifier:
    """Verifies commits in the order of their streams; ``report`` grows with them."""

    def __init__(
        self,
        codec: CommitCodec,
        registry: SchemaRegistry,
        policies: Collection[str] | None = None,
    ) -> None:
        """Take the digests (hex) of all policies that may have decided; None if any may have."""
        self.report = Report()
        self._policies = None if policies is None else {_NO_DIGEST.hex(), *policies}
        self._codec = codec
        self._registry = registry
        self._pasts: dict[StreamId, _Past] = {}

    def history(self, history: History, newest_known: int = 0) -> Iterator[int]:
        """Verify a log up to its present end; yields how many commits were read, now and then.

        Raises Unavailable if it can't be read at the moment.
        """
        last = read = 0
        for number, commit in _records(history):
            if number != last + 1:
                self.report.add(
                    f"#{number}", f"follows #{last} in the log: one is missing or moved"
                )
            if isinstance(commit, PackedCommit):
                self.commit(commit)
            else:
                self.report.add(f"#{number}", f"can't be read: {commit}")
            last, read = number, read + 1
            if read % PAGE == 0:
                yield read
        if newest_known > last:
            self.report.add(f"#{newest_known}", f"was there, and the log ends at #{last}")
        yield read

    def stream(self, commits: Iterable[PackedCommit]) -> None:
        """Verify one stream from its start."""
        for commit in commits:
            self.commit(commit)

    def commit(self, commit: PackedCommit) -> None:
        """Verify a commit behind those of its stream that came before."""
        if commit.stream not in self._pasts:
            self._pasts[commit.stream] = _Past()
            self.report.streams += 1
        self.report.commits += 1
        for message in self._faults(commit, self._pasts[commit.stream]):
            self.report.add(f"{commit.stream}@{commit.version}", message)

    def _faults(self, commit: PackedCommit, past: _Past) -> Iterator[str]:
        mistyped = [
            name for name, kind in _TYPES.items() if type(getattr(commit, name)) is not kind
        ]
        if mistyped:
            yield f"has no proper {' and '.join(mistyped)}"
            return
        follows = commit.version == past.version + 1
        if not follows:
            yield f"follows version {past.version} of its stream: one is missing or moved"
        header = yield from self._content(commit)
        past.hashes, known = (commit.hash,), past.hashes
        if header is None:
            past.hashes += tuple(commit.computed_hash(each) for each in known[:2])
            past.marks = None
        else:
            if header.previous_hash not in known:
                yield "is not chained to what is there before it"
            if follows and past.marks not in (None, header.previous_on):
                yield f"says that {_told(header.previous_on)} came before it, which is not so"
            yield from self._provenance(commit, header, past)
            past.recorded_at = header.recorded_at
            past.marks = last_on(commit.version, header)
            past.commands = [*past.commands, header.command_id][-REMEMBERED_COMMANDS:]
        past.version = commit.last

    def _content(self, commit: PackedCommit) -> Generator[str, None, Header | None]:
        """Open a commit: its seal, its header, each of its events by its registered schema."""
        try:
            said = self._codec.unpack(commit)
        except Exception as error:  # noqa: BLE001 - what was forged may break in any way
            yield str(error).removeprefix(f"{commit.stream}@{commit.version} ")
        else:
            self.report.events += len(said.events)
            return said.header
        try:
            return self._codec.header(commit)
        except Exception:  # noqa: BLE001 - as above, and it has been told
            return None

    def _provenance(self, commit: PackedCommit, header: Header, past: _Past) -> Iterator[str]:
        if past.recorded_at is not None and header.recorded_at <= past.recorded_at:
            yield f"was recorded at {header.recorded_at}, not after {past.recorded_at} before it"
        if header.command_id in past.commands or not header.command_id:
            yield f"was asked for by command {header.command_id!r}, as another commit before it"
        if header.principal.tenant != commit.stream.tenant:
            yield f"was asked for by somebody of the tenant {header.principal.tenant}"
        yield from self._paths(header)
        for name, digest, counter in (
            ("policies", header.policy_digest, self.report.by_policies),
            ("code", header.code_digest, self.report.by_code),
        ):
            counter[digest.hex()] += 1
            if digest == _NO_DIGEST:
                yield f"bears no digest of the {name} that decided"
        policies = header.policy_digest.hex()
        if self._policies is not None and policies not in self._policies:
            yield f"was decided by policies that were never released: {policies}"

    def _paths(self, header: Header) -> Iterator[str]:
        for event in dict.fromkeys((each.schema, each.path) for each in header.events):
            ref, path = event
            try:
                declared = self._registry.get(ref).governance.propagation
            except SchemaViolation:  # told already: the event could not be decoded
                continue
            if path != declared:
                yield f"sends {ref.type} on the {path} path: its schema says {declared}"


def _records(history: History) -> Iterator[Numbered]:
    """Yield what is in the log now, be it readable or not."""
    until, after, unreadable = history.newest(), _BEFORE_ALL, 0
    while page := _page(history, after):
        for number, commit in page:
            if number > until:
                return
            unreadable = unreadable + 1 if isinstance(commit, Exception) else 0
            yield number, commit
            after = number
        if unreadable >= _PATIENCE:
            return


def _page(history: History, after: int) -> Sequence[Numbered]:
    """Return the next commits; if they can't be read, the next one or why not."""
    failure: Exception | None = None
    for limit in (PAGE, 1):
        try:
            return history.changes(after, limit)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - what was damaged may break in any way
            failure = error
    return [(max(after, 0) + 1, failure)] if failure else []


def _told(marks: Mapping[Path, int]) -> str:
    return " and ".join(f"{marks[path]} on {path}" for path in Path)
