"""Asks a store for one operation, and tells what that came to and cost."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from tests.bench.capacity import READS, Cost

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.capacity import Call
    from tests.bench.installing import Peer
    from tests.bench.meter import Meter


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an operation answered, or the error that it raised; and what it cost.

    ``cpu`` is in seconds, the client's own.
    """

    cost: Cost
    calls: tuple[Call, ...]
    cpu: float
    answer: Any = None
    error: str = ""
    message: str = ""

    @property
    def refused(self) -> bool:
        """Whether DynamoDB refused a request by its condition."""
        return any(call.refused for call in self.calls)

    @property
    def atomic(self) -> bool:
        """Whether all was written by one request, and that not a batch."""
        writes = [call.action for call in self.calls if call.action not in READS]
        return len(writes) == 1 and writes != ["BatchWriteItem"]


class Asked:
    """A store that runs in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], meter: Meter) -> None:
        self._process = process
        self._meter = meter

    def ask(self, operation: str, **arguments: Any) -> Outcome:
        """Return the outcome of an operation, as ``append``; see serving.Store for them."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._meter.drain()
        self._process.stdin.write(json.dumps({"operation": operation, **arguments}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the store's process has ended")
        calls = tuple(self._meter.drain())
        return Outcome(sum((call.cost for call in calls), Cost()), calls, **json.loads(line))


@contextmanager
def asking(peer: Peer, meter: Meter) -> Iterator[Asked]:
    """Give a running store; raises CannotInstall, and RuntimeError with what it said."""
    command, folder = peer.environment.command()
    settings = {
        "AWS_ENDPOINT_URL": meter.endpoint,
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }
    with TemporaryFile("w+") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **settings},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        with process:
            try:
                yield Asked(process, meter)
            except RuntimeError as error:
                log.seek(0)
                raise RuntimeError(f"{peer.name}: {error}: {log.read()[-2000:]}") from error
