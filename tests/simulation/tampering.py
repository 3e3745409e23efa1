"""Tampering with the log: one bit of a stored commit flipped, in key, count, header, body, hash."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import CorruptStream, InvalidInput
from chalicelib.kernel.stream import StreamId
from tests.simulation.cloud import Cloud
from tests.simulation.scheduler import Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chalicelib.kernel.commit import PackedCommit
    from tests.simulation.process import Process

_NUMBER: Final = 32
"""Bits of a version, and of a count."""


class Tampering:
    """A log of its own, which is tampered with, and the real loader over it."""

    def __init__(self, process: Process, aggregate: str) -> None:
        self._cloud = Cloud(lambda commit: None)
        system = replace(process, cloud=self._cloud).system
        self._loader = system.snapshots._loaders[aggregate]
        self._codec = system.streams._codec

    def flip(self, commits: Sequence[PackedCommit], place: int, bit: int) -> None:
        """Load a stream with one bit of one commit flipped: raises Violation if that works."""
        wrong = flipped(commits[place], bit)
        if wrong is None:
            return
        told = [*commits[:place], wrong, *commits[place + 1 :]]
        # The key of a table says what is found under it: a flipped one is found under the flipped.
        for stream in {commits[place].stream, wrong.stream}:
            self._cloud.log[stream] = {each.version: each for each in told}
            if self._fails(partial(self._loader.load, stream, strong=True)):
                return
        # A load asks for versions from 1 on: what has become version 0 is seen where all is read.
        if not self._fails(partial(self._codec.unpack, wrong)):
            raise Violation(f"10: bit {bit} of {commits[place]} was flipped, and nobody sees it")

    def _fails(self, read: Callable[[], object]) -> bool:
        try:
            read()
        except CorruptStream:
            return True
        return False


def width(commit: PackedCommit) -> int:
    """Return how many bits of a commit can be flipped."""
    return 2 * _NUMBER + 8 * sum(map(len, _parts(commit)))


def flipped(commit: PackedCommit, bit: int) -> PackedCommit | None:
    """Return the commit with a bit flipped; None if its key is then none, which is seen anyway."""
    if bit < _NUMBER:
        return replace(commit, version=commit.version ^ 1 << bit)
    if bit < 2 * _NUMBER:
        return replace(commit, count=commit.count ^ 1 << bit - _NUMBER)
    byte, place = divmod(bit - 2 * _NUMBER, 8)
    parts = [bytearray(part) for part in _parts(commit)]
    for part in parts:
        if byte < len(part):
            part[byte] ^= 1 << place
            break
        byte -= len(part)
    stream, header, body, seal = map(bytes, parts)
    try:
        key = StreamId.parse(stream.decode("latin-1"))
    except InvalidInput:
        return None
    return replace(commit, stream=key, header=header, body=body, hash=seal)


def _parts(commit: PackedCommit) -> tuple[bytes, bytes, bytes, bytes]:
    return str(commit.stream).encode(), commit.header, commit.body, commit.hash
