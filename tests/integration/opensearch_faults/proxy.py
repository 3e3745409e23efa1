"""A proxy in front of a node: it throttles, cuts connections, delays, and answers in part."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import urllib3

from tests.integration.opensearch_faults.serving import Answer, Cut, served
from tests.integration.opensearch_faults.weather import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.opensearch_faults.serving import Asked
    from tests.simulation.weather import Weather
    from tests.support.opensearch_node import Mortal

_SILENCE: Final = 10.0
"""Seconds in which the node must answer."""
_WAITS: Final = (3, 30, 100, 300)
"""Requests after which a late bulk arrives."""
_DELAYS: Final = (0.005, 0.02, 0.08)
"""Seconds."""
_UNTIL_KILLED: Final = (0.001, 0.003, 0.008)
"""Seconds from a bulk's beginning to the node's end."""
_REFUSALS: Final = {
    Kind.THROTTLE: (429, "es_rejected_execution_exception"),
    Kind.SERVER_ERROR: (503, "unavailable_shards_exception"),
}
_REFUSED: Final = {
    "index": {"status": 429, "error": {"type": _REFUSALS[Kind.THROTTLE][1], "reason": "full"}}
}


@dataclass
class _Late:
    """A bulk under way, and after how many requests it arrives."""

    wait: int
    asked: Asked


class Proxy:
    """Lets requests through to a node, or not; the weather's actors are the kinds of requests."""

    def __init__(self, node: Mortal, weather: Weather) -> None:
        self.requests = 0
        self.url = ""
        self._node = node
        self._weather = weather
        self._pool = urllib3.PoolManager(retries=False, timeout=_SILENCE, maxsize=16)
        self._late: list[_Late] = []
        self._killed = False
        self._lock = threading.Lock()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Answer for a while."""
        with served(self._answer) as self.url, self._pool:
            yield

    def calm(self) -> None:
        """End the bad weather; what is under way arrives."""
        self._weather.calm = True
        for late in self._late:
            self._send(late.asked)
        self._late.clear()

    def _answer(self, asked: Asked) -> Answer:
        try:
            return self._through(asked)
        finally:
            self._deliver()

    def _through(self, asked: Asked) -> Answer:
        who, strikes = asked.kind, self._weather.strikes
        chance = self._weather.chance(who)
        if strikes(Kind.LOST_REQUEST, who):
            raise Cut
        for kind, (status, error) in _REFUSALS.items():
            if strikes(kind, who):
                if chance.random() < 0.5:
                    self._send(asked)
                return Answer.of({"error": {"type": error}, "status": status}, status)
        if strikes(Kind.DELAY, who):
            time.sleep(chance.choice(_DELAYS))
        answer = self._bulk(asked) if asked.is_bulk else self._send(asked)
        if strikes(Kind.LOST_ANSWER, who):
            raise Cut
        if strikes(Kind.TORN_ANSWER, who):
            raise Cut(answer)
        return answer

    def _bulk(self, asked: Asked) -> Answer:
        strikes, chance = self._weather.strikes, self._weather.chance("bulk")
        if strikes(Kind.LATE_BULK, "bulk"):
            with self._lock:
                self._late.append(_Late(chance.choice(_WAITS), asked))
            raise Cut
        if not self._killed and strikes(Kind.KILL, "bulk"):
            self._killed = True
            threading.Timer(chance.choice(_UNTIL_KILLED), self._node.kill).start()
        if strikes(Kind.PART_OF_BULK, "bulk"):
            return self._half(asked)
        return self._send(asked)

    def _half(self, asked: Asked) -> Answer:
        taken, refused = asked.halves()
        items = json.loads(self._send(taken).body)["items"] if taken.body else []
        answer = {"took": 1, "errors": True, "items": [*items, *[_REFUSED] * refused]}
        return Answer.of(answer)

    def _send(self, asked: Asked) -> Answer:
        headers = {"Content-Type": asked.type} if asked.body else {}
        try:
            answer = self._pool.request(
                asked.method, self._node.url + asked.path, body=asked.body, headers=headers
            )
        except urllib3.exceptions.HTTPError as error:
            raise Cut from error
        return Answer(answer.status, answer.data, answer.headers.get("Content-Type", ""))

    def _deliver(self) -> None:
        """Send what is late enough by now."""
        with self._lock:
            self.requests += 1
            for late in self._late:
                late.wait -= 1
            due = [late for late in self._late if late.wait < 0]
            self._late = [late for late in self._late if late.wait >= 0]
        for late in due:
            try:
                self._send(late.asked)
            except Cut:  # it gets lost
                continue
