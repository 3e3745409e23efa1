"""The real thing: ``python -m chalicelib.entrypoints.local`` as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, Self

import httpx
import simplejson

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "chalicelib.entrypoints.local"]
START = 30.0
"""Seconds that a start may take before the test gives up."""


class Server:
    """A running system on a free port, and a client of it; stopped by its process id.

    ``before`` are the words of a command that becomes it, as ``setpriv``, with the process id kept.
    """

    def __init__(self, data: Path, before: Sequence[str] = ()) -> None:
        self._data = data
        self._before = before
        data.parent.mkdir(exist_ok=True)

    def __enter__(self) -> Self:
        self._log = NamedTemporaryFile("w+", dir=self._data.parent, suffix=".log")
        self.process = subprocess.Popen(
            [*self._before, *COMMAND],
            cwd=ROOT,
            env=environment(self._data),
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        try:
            self.http = httpx.Client(base_url=self._address(), timeout=20)
        except BaseException:
            self.stop(signal.SIGKILL)
            self._log.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.http.close()
        self.stop()
        self._log.close()

    def stop(self, with_signal: int = signal.SIGINT) -> int:
        """Send a signal and return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        return self.process.wait(timeout=START)

    def output(self) -> str:
        """Return all that it has printed."""
        return Path(self._log.name).read_text()

    def command(self, name: str, data: Any, **headers: str) -> httpx.Response:
        """Post a command; in header names, _ stands for -."""
        return self.http.post(f"/api/commands/{name}", json=data, headers=_dashed(headers))

    def query(self, path: str, token: str | None = None, **headers: str) -> httpx.Response:
        """Get a view, at most five seconds after the write that a token names is visible."""
        if token is not None:
            headers |= {"Nexus_Consistency": token, "Prefer": "wait=5"}
        return self.http.get(path, headers=_dashed(headers))

    def _address(self) -> str:
        deadline = time.monotonic() + START
        while time.monotonic() < deadline and self.process.poll() is None:
            lines = self.output().split()
            found = [word for word in lines if word.startswith("http://127.0.0.1:")]
            if found:
                return found[0].rstrip("/")
            time.sleep(0.02)
        message = f"the server did not start: {self.output()}"
        raise AssertionError(message)


def environment(data: Path) -> dict[str, str]:
    """Return the environment of a server on any free port, which a test may ask all it wants."""
    settings = {"NEXUS_PORT": "0", "NEXUS_DATA": str(data), "NEXUS_TEMPORAL_RATE": "100000"}
    return {**os.environ, **settings}


def settled(server: Server) -> None:
    """Wait until nothing lags."""
    deadline = time.monotonic() + 60
    while any(consumer["lag"] for consumer in server.query("/health").json()["consumers"]):
        assert time.monotonic() < deadline, "the read models don't catch up"
        time.sleep(0.05)


def everything(server: Server, path: str) -> list[dict[str, Any]]:
    """Return all items of a list of orders, page by page."""
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = exact(server.query(f"{path}?limit=200&sort=orderId{cursor}"))
        items += page["items"]
        if page["next"] is None:
            return items
        cursor = f"&cursor={page['next']}"


def exact(response: httpx.Response) -> Any:
    """Return a JSON body with its numbers as decimals."""
    return simplejson.loads(response.text, use_decimal=True)


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
