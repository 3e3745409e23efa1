"""The wire between clients and DynamoDB: botocore's own hook, where a request is about to go."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from tests.integration.dynamodb_faults.weather import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.simulation.weather import Weather

_EVENT: Final = "before-send.dynamodb"
_WRITES: Final = {"ExecuteStatement", "PutItem"}
_EVENTUAL: Final = {"Query", "GetItem"}
_DELAYS: Final = (1, 5, 20, 60, 200)
"""Requests of all threads, after which a late one arrives."""
_REFUSALS: Final = {
    Kind.THROTTLE: (400, ("ProvisionedThroughputExceededException", "ThrottlingException")),
    Kind.SERVER_ERROR: (500, ("InternalServerError",)),
}


class _Raw(BytesIO):
    """A body, as botocore wants to read it."""

    def stream(self) -> Iterator[bytes]:
        """Yield all of it."""
        yield self.read()


@dataclass
class _Late:
    """A request under way: after how many more requests it arrives, and what sends it."""

    wait: int
    send: Callable[[], object]


class Wire:
    """Lets the requests of many threads through, or not; the weather's actors are the threads."""

    def __init__(self, weather: Weather) -> None:
        self.weather = weather
        self.requests = 0
        self._late: list[_Late] = []
        self._answers: dict[bytes, list[bytes]] = defaultdict(list)
        self._lock = threading.Lock()

    @contextmanager
    def between(self, client: Any) -> Iterator[None]:
        """Let all requests of a client go through this for a while."""
        send = client._endpoint.http_session.send

        def handle(request: Any, event_name: str, **_: object) -> AWSResponse:
            try:
                return self._answer(send, request, event_name.rpartition(".")[2])
            finally:
                self._deliver()

        client.meta.events.register(_EVENT, handle)
        try:
            yield
        finally:
            client.meta.events.unregister(_EVENT, handle)

    def calm(self) -> None:
        """End the bad weather; what is under way arrives."""
        self.weather.calm = True
        for late in self._late:
            late.send()
        self._late.clear()

    def _answer(self, send: Callable[[Any], AWSResponse], request: Any, action: str) -> AWSResponse:
        who = threading.current_thread().name
        chance = self.weather.chance(who)
        if self.weather.strikes(Kind.LOST_REQUEST, who):
            raise ConnectTimeoutError(endpoint_url=request.url)
        if action in _WRITES and self.weather.strikes(Kind.LATE_REQUEST, who):
            late = _Late(chance.choice(_DELAYS), lambda: send(request))
            with self._lock:
                self._late.append(late)
            raise ReadTimeoutError(endpoint_url=request.url)
        for kind, (status, codes) in _REFUSALS.items():
            if self.weather.strikes(kind, who):
                if chance.random() < 0.5:
                    send(request)
                refusal = {"__type": f"#{chance.choice(codes)}", "message": f"a {kind}"}
                return _response(request.url, status, refusal)
        answer = send(request)
        if self.weather.strikes(Kind.LOST_ANSWER, who):
            raise ReadTimeoutError(endpoint_url=request.url)
        asked = json.loads(request.body)
        if action in _EVENTUAL and answer.status_code == 200 and not asked.get("ConsistentRead"):
            return self._aged(request, asked, answer, who)
        return answer

    def _aged(self, request: Any, asked: Any, answer: AWSResponse, who: str) -> AWSResponse:
        """Return what a replica that lags behind might answer."""
        chance = self.weather.chance(who)
        with self._lock:
            earlier = self._answers[request.body]
            earlier.append(answer.content)
            told = json.loads(chance.choice(earlier))
        if self.weather.strikes(Kind.OLD_ANSWER, who):
            return _response(request.url, 200, told)
        told = json.loads(answer.content)
        if "Item" in told and self.weather.strikes(Kind.STALE_ANSWER, who):
            del told["Item"]
        items = told.get("Items", [])
        newest_first = not asked.get("ScanIndexForward", True)
        items.sort(key=lambda item: int(item["version"]["N"]))
        if items and self.weather.strikes(Kind.STALE_ANSWER, who):
            del items[-chance.randint(1, len(items)) :]
        if len(items) > 1 and self.weather.strikes(Kind.TORN_ANSWER, who):
            del items[chance.randrange(len(items) - 1)]
        items.sort(key=lambda item: int(item["version"]["N"]), reverse=newest_first)
        return _response(request.url, 200, told)

    def _deliver(self) -> None:
        """Send what is late enough by now."""
        with self._lock:
            self.requests += 1
            for late in self._late:
                late.wait -= 1
            due = [late for late in self._late if late.wait < 0]
            self._late = [late for late in self._late if late.wait >= 0]
        for late in due:
            late.send()


def _response(url: str, status: int, told: Any) -> AWSResponse:
    body = json.dumps(told).encode()
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "content-length": str(len(body)),
    }
    return AWSResponse(url, status, headers, _Raw(body))
