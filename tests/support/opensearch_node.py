"""An OpenSearch node, a process of its own on a free port of this machine: fetched, then cached.

``python -m tests.support.opensearch_node`` runs one until Ctrl-C, for looking at by hand.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING, Final, Self

from tests.support import fetching
from tests.support.fetching import CannotRun
from tests.support.local_server import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.local_server import LocalServer

_SOURCE: Final = Path(__file__).parent / "opensearch"
_LEAN: Final = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx512m")
"""It shares a small machine with the tests: quick to start, little memory."""


@contextmanager
def running(folder: Path, port: str = "") -> Iterator[LocalServer]:
    """Give one that answers and keeps its data in a folder; raises CannotRun.

    It is stopped in the end; whoever kills it before can start another one on the same folder, and
    on its port.
    """
    libraries = fetching.java_libraries("opensearch-node", _SOURCE / "pom.xml")
    command = [
        fetching.java("OpenSearch"),
        *_LEAN,
        "-classpath",
        f"{libraries}/*",
        str(_SOURCE / "LoopbackNode.java"),
        str(folder),
        *([port] if port else []),
    ]
    with serving("OpenSearch", command) as server:
        yield server


class Mortal:
    """A node that can be killed, and started again on what it has left behind; raises CannotRun."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self._lock = Lock()
        self._node: LocalServer | None = self._stack.enter_context(running(folder))
        self.url = self._node.endpoint

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def kill(self) -> None:
        """End it at once, if it runs."""
        with self._lock:
            if self._node is not None:
                os.kill(self._node.pid, signal.SIGKILL)
                self._stack.close()
                self._node = None

    def start(self) -> bool:
        """Start it on its port; false if it runs."""
        with self._lock:
            if self._node is not None:
                return False
            port = self.url.rpartition(":")[2]
            self._node = self._stack.enter_context(running(self._folder, port))
            return True


def main() -> int:
    """Run one until Ctrl-C."""
    try:
        with TemporaryDirectory() as folder, running(Path(folder)) as node:
            sys.stdout.write(f"OpenSearch: {node.endpoint} (Ctrl-C stops it)\n")
            sys.stdout.flush()
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        return 0
    except CannotRun as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
