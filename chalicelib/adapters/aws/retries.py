"""Retries: exponential backoff with full jitter, inside a budget, of what may pass by itself."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Final

from botocore import exceptions
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_random_exponential

from chalicelib.adapters.deadline import remaining
from chalicelib.kernel.errors import Misconfigured, NexusError, TooManyRequests, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

BUDGET: Final = 6.0
"""Seconds after which no retry of an operation begins, where the deadline leaves so much.

What is under way then may take the client's timeouts besides.
"""
RESERVE: Final = 0.5
"""Seconds of the deadline that are kept to answer in."""
FIRST_PAUSE: Final = 0.05
"""Seconds, at most, before the second try; doubled for each one more."""
LONGEST_PAUSE: Final = 1.0

THROTTLES: Final = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottledException",
        "Throttling",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
TRANSIENT: Final = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
_DENIED: Final = frozenset(
    {
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignatureException",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "NoSuchBucket",
        "ResourceNotFoundException",
        "UnrecognizedClientException",
    }
)
_SERVER_ERROR: Final = 500
_LOST: Final = (exceptions.HTTPClientError, exceptions.ConnectionError)
"""No answer came; the request may have been carried out."""


def code_of(error: BaseException | None) -> str:
    """Return the service's name for an error, empty if the service did not speak."""
    return error.response["Error"]["Code"] if isinstance(error, exceptions.ClientError) else ""


def retried(
    call: Callable[[], Any],
    what: str,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Any:
    """Return what the call returns in the end; past the deadline, nothing is tried.

    Raises TooManyRequests (still throttled), Unavailable (no answer, or the service failed), or
    Misconfigured (not allowed, or not there), each telling ``what`` was tried; any other error of
    the service as it is. Behind a try that may have been carried out, a throttle or a denial is
    Unavailable too: nobody is to take it that nothing has happened.
    """
    if remaining() <= 0:
        message = f"{what}: the time for it is over"
        raise Unavailable(message)
    doubtful = False
    ends = clock() + min(BUDGET, remaining() - RESERVE)

    def over(state: RetryCallState) -> bool:
        return clock() + state.upcoming_sleep >= ends

    def again(state: RetryCallState) -> None:
        nonlocal doubtful
        failure = state.outcome.exception() if state.outcome else None
        doubtful = doubtful or code_of(failure) not in THROTTLES
        logger.warning("%s is tried again (%d): %s", what, state.attempt_number, failure)

    attempts = Retrying(
        retry=retry_if_exception(_passes),
        wait=wait_random_exponential(multiplier=FIRST_PAUSE, max=LONGEST_PAUSE),
        stop=over,
        sleep=sleep,
        reraise=True,
        before_sleep=again,
    )
    try:
        return attempts(call)
    except (exceptions.BotoCoreError, exceptions.ClientError) as error:
        raise _translated(error, what, doubtful=doubtful) from error


def _passes(error: BaseException) -> bool:
    if isinstance(error, exceptions.ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return code_of(error) in THROTTLES | TRANSIENT or status >= _SERVER_ERROR
    return isinstance(error, _LOST)


def _translated(error: Exception, what: str, *, doubtful: bool) -> NexusError | Exception:
    code = code_of(error)
    if doubtful and code in THROTTLES | _DENIED:
        return Unavailable(f"{what}: {code}, behind a try whose outcome is unknown")
    if code in THROTTLES:
        return TooManyRequests(f"{what}: the store takes no more at the moment", LONGEST_PAUSE)
    if _passes(error):
        return Unavailable(f"{what}: {code or type(error).__name__}")
    if code in _DENIED or isinstance(error, exceptions.BotoCoreError):
        return Misconfigured(f"{what}: {error}")
    return error
