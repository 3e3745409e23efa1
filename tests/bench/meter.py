"""Counts what any client asks of DynamoDB Local, in any language: by standing in between."""

from __future__ import annotations

import http.client
import json
import logging
import threading
from dataclasses import replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, Self

from tests.bench.capacity import Call, Item, written

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

logger = logging.getLogger(__name__)

_COUNTED: Final = frozenset(
    {
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "ExecuteStatement",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "TransactWriteItems",
        "UpdateItem",
    }
)
"""Actions that can be asked for the capacity that they consume."""
_PASSED_ON: Final = ("Authorization", "Content-Type", "X-Amz-Date", "X-Amz-Target")
_TARGET: Final = "DynamoDB_20120810."


class Meter:
    """A proxy on a free port of this machine; a context manager."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream.removeprefix("http://")
        self._calls: list[Call] = []
        self._lock = threading.Lock()
        self._server = _Proxy(("127.0.0.1", 0), _Handler)
        self._server.meter = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def endpoint(self) -> str:
        """Where it stands in for DynamoDB."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def drain(self) -> list[Call]:
        """Return the calls since the last drain."""
        with self._lock:
            calls, self._calls = self._calls, []
            return calls

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def passed_on(self, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes, str]:
        """Count a request, with the capacity asked for; return status, body and its checksum."""
        action = headers["X-Amz-Target"].removeprefix(_TARGET)
        asked = json.loads(body)
        if action in _COUNTED:
            asked["ReturnConsumedCapacity"] = "TOTAL"
        status, answer, checksum = self._ask(headers, asked)
        call = Call(action, asked, json.loads(answer or b"{}"), len(body), len(answer))
        if call.refused:
            rivals = [self._present(headers, *each) for each in written(action, asked)]
            call = replace(call, rivals=rivals)
        with self._lock:
            self._calls.append(call)
        return status, answer, checksum

    def _ask(self, headers: Mapping[str, str], asked: Any) -> tuple[int, bytes, str]:
        connection = http.client.HTTPConnection(self._upstream, timeout=60)
        try:
            connection.request("POST", "/", json.dumps(asked), dict(headers))
            response = connection.getresponse()
            return response.status, response.read(), response.headers.get("x-amz-crc32", "")
        finally:
            connection.close()

    def _present(self, headers: Mapping[str, str], table: str, item: Item) -> Item | None:
        """Return the item that has the key of another, uncounted."""
        key = {name: item[name] for name in self._key(headers["Authorization"], table)}
        asked = {"TableName": table, "Key": key, "ConsistentRead": True}
        _, answer, _ = self._ask({**headers, "X-Amz-Target": f"{_TARGET}GetItem"}, asked)
        present: Item | None = json.loads(answer).get("Item")
        return present

    @cache  # noqa: B019 - a meter lives as long as the process that measures
    def _key(self, authorization: str, table: str) -> tuple[str, ...]:
        headers = {
            "Authorization": authorization,
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"{_TARGET}DescribeTable",
        }
        _, answer, _ = self._ask(headers, {"TableName": table})
        return tuple(each["AttributeName"] for each in json.loads(answer)["Table"]["KeySchema"])


class _Proxy(ThreadingHTTPServer):
    meter: Meter
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Proxy

    def do_POST(self) -> None:
        headers = {name: self.headers[name] for name in _PASSED_ON if name in self.headers}
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, answer, checksum = self.server.meter.passed_on(headers, body)
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(answer)))
        if checksum:
            self.send_header("x-amz-crc32", checksum)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        logger.debug(format, *args)
