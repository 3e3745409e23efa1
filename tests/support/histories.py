"""Recorded histories put back into a store, as if what wrote them had run there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.adapters.histories import Histories
from chalicelib.kernel.head import Head, follow
from chalicelib.kernel.snapshot import Snapshot
from chalicelib.wiring.gate import Gate

if TYPE_CHECKING:
    from chalicelib.services.governance.replay import History
    from chalicelib.wiring.embedded import Embedded


def recorded(name: str) -> History:
    """Return the recorded history of that name."""
    return Histories(Gate.here().histories).get(name)


def names() -> list[str]:
    """Return the names of all recorded histories."""
    return Histories(Gate.here().histories).names()


def golden(name: str) -> Any:
    """Return what is made of a history, as its golden file says."""
    return Histories(Gate.here().histories).golden(name)


def restore(embedded: Embedded, history: History) -> None:
    """Write the commits of a history, byte for byte, and its snapshot if it had one."""
    for commit in history.commits:
        embedded.ports.events.append(commit)
    if history.snapshot is not None:
        taken, codec = history.snapshot, embedded.system.codec
        included = [commit for commit in history.commits if commit.last <= taken.version]
        head = follow(Head(), ((commit, codec.header(commit)) for commit in included))
        state = taken.state.encode()
        embedded.ports.snapshots.save(Snapshot(history.stream, head, taken.reducer, state))
