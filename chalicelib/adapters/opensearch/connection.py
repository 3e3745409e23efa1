"""One way to call OpenSearch: bounded, retried, errors in our own words."""

from __future__ import annotations

import logging
import threading
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import urllib3
from tenacity import Retrying, retry_if_exception, wait_random_exponential

from chalicelib.adapters.deadline import remaining
from chalicelib.adapters.opensearch.cluster import Cluster, connect
from chalicelib.adapters.opensearch.failures import failure, may_pass, type_of
from chalicelib.kernel.errors import Misconfigured, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenacity import RetryCallState

logger = logging.getLogger(__name__)

BUDGET: Final = 6.0
"""Seconds that a question may take with all its retries, where the deadline leaves so much."""
PATIENCE: Final = 15.0
"""Seconds that a change may take: a bulk, or a new index, which all nodes have to learn of."""
RESERVE: Final = 0.5
"""Seconds of the deadline that are kept to answer in."""
CONNECT_TIMEOUT: Final = 1.0
PAUSE: Final = wait_random_exponential(multiplier=0.05, max=1.0)
_SHORTEST: Final = 0.01


class Connection:
    """Calls a cluster; shared by all threads. The client is made by the first call.

    ``budget`` and ``patience`` are seconds. Each try may be silent for half of them.
    """

    def __init__(
        self, cluster: Cluster, *, budget: float = BUDGET, patience: float = PATIENCE
    ) -> None:
        self._cluster = cluster
        self._budget = budget
        self._patience = patience
        self._making = threading.Lock()

    def ask(self, what: str, path: str, body: object, check: Callable[[Any], None]) -> Any:
        """Return the answer to a question, once ``check`` does not refuse it; raises as change."""

        def attempt(ends: float) -> Any:
            answer = self.once(what, "POST", path, body, ends, silence=self._budget / 2)
            check(answer)
            return answer

        return self._retried(what, attempt, self._budget)

    def change(self, what: str, method: str, path: str, body: object = None) -> Any:
        """Return the answer to what may be done twice.

        Raises TooManyRequests (still throttled), IndexGone, Unavailable (no answer, a failure, or
        nonsense), AlreadyThere, or Misconfigured (not allowed, or not understood).
        """
        return self.repeat(what, lambda ends: self.once(what, method, path, body, ends))

    def repeat(self, what: str, attempt: Callable[[float], Any]) -> Any:
        """Return what an attempt returns in the end; it is told when, by the monotonic clock."""
        return self._retried(what, attempt, self._patience)

    def once(
        self,
        what: str,
        method: str,
        path: str,
        body: object,
        ends: float,
        silence: float | None = None,
    ) -> Any:
        """Return the answer to one request; raises as change."""
        from opensearchpy import exceptions  # noqa: PLC0415 - its import takes 250 ms

        left = max(ends - time.monotonic(), _SHORTEST)
        timeout = urllib3.Timeout(
            min(CONNECT_TIMEOUT, left), min(silence or self._patience / 2, left)
        )
        try:
            return self._client.transport.perform_request(method, path, body=body, timeout=timeout)
        except exceptions.SSLError as error:
            raise Misconfigured(f"{what}: OpenSearch's certificate is not accepted") from error
        except exceptions.ConnectionError as error:
            told = f"OpenSearch at {self._cluster.url} does not answer ({type(error).__name__})"
            raise Unavailable(f"{what}: {told}") from None  # it quotes the request
        except exceptions.TransportError as error:
            status = error.status_code if isinstance(error.status_code, int) else 0
            raise failure(what, status, type_of(error.error)) from None  # it quotes the answer
        except (exceptions.SerializationError, ValueError) as error:
            raise Unavailable(f"{what}: OpenSearch's answer is no JSON") from error

    @cached_property
    def _made(self) -> Any:
        return connect(self._cluster)

    @property
    def _client(self) -> Any:
        with self._making:
            return self._made

    def _retried(self, what: str, attempt: Callable[[float], Any], budget: float) -> Any:
        if remaining() <= 0:
            raise Unavailable(f"{what}: the time for it is over")
        ends = time.monotonic() + min(budget, remaining() - RESERVE)

        def over(state: RetryCallState) -> bool:
            return time.monotonic() + state.upcoming_sleep >= ends

        def again(state: RetryCallState) -> None:
            failed = state.outcome.exception() if state.outcome else None
            logger.warning("%s is tried again (%d): %s", what, state.attempt_number, failed)

        passes = retry_if_exception(may_pass)
        return Retrying(retry=passes, wait=PAUSE, stop=over, reraise=True, before_sleep=again)(
            lambda: attempt(ends)
        )
