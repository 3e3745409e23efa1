"""What every Python store does in its own process: one operation for each line of its input."""

from __future__ import annotations

import json
import sys
import time
from typing import Any, Protocol


class Store(Protocol):
    """What is asked of an event store. Its tables are its own; it finds DynamoDB by AWS's settings.

    An event is what texts.Texts makes. Whatever it can't do, or refuses, it raises.
    """

    def append(self, stream: str, after: int, events: list[dict[str, Any]], command: str) -> None:
        """Append the events of one command (its id: a UUID) behind version ``after``."""

    def load(self, stream: str, *, strong: bool) -> list[str]:
        """Return the ids of a stream's events, decoded one by one."""

    def snapshot(self, stream: str) -> None:
        """Take a snapshot of a stream."""

    def load_from_snapshot(self, stream: str) -> int:
        """Return how many events a stream has, from its snapshot and what came after."""


class Unsupported(Exception):
    """The store has no such thing."""


def serve(store: Store) -> None:
    """Answer until the input ends."""
    for line in sys.stdin:
        asked: dict[str, Any] = json.loads(line)
        operation = getattr(store, asked.pop("operation"))
        before = time.process_time()
        try:
            answer = {"answer": operation(**asked)}
        except Exception as error:  # noqa: BLE001 - whatever a store raises is a result here
            answer = {"error": _name(error), "message": str(error)[:500]}
        answer["cpu"] = time.process_time() - before
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _name(error: Exception) -> str:
    """Return the service's own code of an error, or else its class."""
    response: dict[str, dict[str, str]] = getattr(error, "response", {})
    return response.get("Error", {}).get("Code", type(error).__name__)
