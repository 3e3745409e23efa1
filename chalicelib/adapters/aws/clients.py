"""Clients of AWS: built when first used, one for each service, shared by all threads.

On botocore itself: boto3 over it costs a cold start more, and gives nothing here.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Any, Final

from botocore.config import Config
from botocore.session import Session

CONNECT_TIMEOUT: Final = 1.0
READ_TIMEOUT: Final = 3.0
"""Seconds of silence; the slowest answer that is expected, a page of 1 MB, takes a fraction."""
CONNECTIONS: Final = 32

CONFIG: Final = Config(
    connect_timeout=CONNECT_TIMEOUT,
    read_timeout=READ_TIMEOUT,
    max_pool_connections=CONNECTIONS,
    tcp_keepalive=True,
    # The callers retry: they know the budget, and what a repeated request means.
    retries={"mode": "standard", "total_max_attempts": 1},
    # The adapters build every parameter themselves, and their contract suites prove the shapes.
    parameter_validation=False,
)

_making: Final = threading.Lock()


@cache
def _session() -> Session:
    return Session()


def client(service: str) -> Any:
    """Return the client of a service, as ``dynamodb``; raises botocore's errors on bad settings."""
    with _making:  # a session is not made for threads, and a cache calls twice who comes twice
        return _made(service)


@cache
def _made(service: str) -> Any:
    return _session().create_client(service, config=CONFIG)
