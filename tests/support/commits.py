"""Packed commits without a codec: to a store, header and body are just bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.kernel.commit import GENESIS, PackedCommit, chain
from chalicelib.kernel.stream import StreamId

if TYPE_CHECKING:
    from collections.abc import Iterable


def a_stream(name: str = "order-1", *, tenant: str = "default") -> StreamId:
    """Return the stream of an order."""
    return StreamId(tenant, "Order", name)


def a_commit(
    stream: StreamId | None = None,
    version: int = 1,
    count: int = 1,
    *,
    header: bytes = b"header",
    body: bytes = b"body",
    previous: bytes = GENESIS,
) -> PackedCommit:
    """Return a commit sealed behind the hash ``previous``."""
    stream = stream or a_stream()
    seal = chain(previous, stream, version, count, header, body)
    return PackedCommit(stream, version, count, header, body, seal)


def a_history(
    stream: StreamId | None = None, counts: Iterable[int] = (1, 1, 1), *, body: bytes = b"body"
) -> list[PackedCommit]:
    """Return the commits of a stream from its start, chained, of so many events each."""
    commits: list[PackedCommit] = []
    for count in counts:
        version, previous = (commits[-1].last + 1, commits[-1].hash) if commits else (1, GENESIS)
        commits.append(a_commit(stream, version, count, body=body, previous=previous))
    return commits


def a_commit_of_size(size: int, stream: StreamId | None = None) -> PackedCommit:
    """Return a commit whose stored item has ``size`` bytes, by its own reckoning."""
    empty = a_commit(stream, body=b"")
    return a_commit(stream, body=bytes(size - empty.size))
