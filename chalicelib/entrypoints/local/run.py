"""Runs Nexus on this machine until it is told to stop."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import Misconfigured, Unavailable

if TYPE_CHECKING:
    from chalicelib.entrypoints.local.server import LocalServer
    from chalicelib.wiring.settings import Settings


def main() -> int:
    """Serve until SIGINT or SIGTERM: return 0 then, or 2 if it can't start as it is set up."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        _serve(stop)
    except (Misconfigured, Unavailable) as error:
        sys.stderr.write(f"Nexus can't start: {error}\n")
        return 2
    return 0


def _serve(stop: threading.Event) -> None:
    # What takes time to import waits until the signals have their handlers.
    from chalicelib.entrypoints.local.welcome import welcome  # noqa: PLC0415 - see above
    from chalicelib.wiring import start  # noqa: PLC0415 - see above
    from chalicelib.wiring.settings import Settings  # noqa: PLC0415 - see above

    server = _bound(Settings.read(os.environ))
    with start() as running, server:
        sys.stdout.write(welcome(f"http://127.0.0.1:{server.port}", running.settings.data))
        sys.stdout.flush()
        stop.wait()
        running.system.commands.stop()


def _bound(settings: Settings) -> LocalServer:
    """Return a server that has the port; raises Misconfigured if it can't be had."""
    from chalicelib.entrypoints.http import create_app  # noqa: PLC0415 - see above
    from chalicelib.entrypoints.local.server import LocalServer  # noqa: PLC0415 - see above

    try:
        return LocalServer(create_app(), settings.port, connections=settings.connections)
    except OSError as error:
        reason = f"port {settings.port} can't be had ({os.strerror(error.errno or 0)})"
        message = f"{reason}; choose another: make run PORT=8080, or PORT=0 for any that is free"
        raise Misconfigured(message) from error
