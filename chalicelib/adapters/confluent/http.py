"""One way to call a Confluent-compatible registry: bounded, retried, errors in our own words."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

import urllib3
from tenacity import Retrying, retry_if_exception_type, wait_random_exponential
from urllib3.exceptions import HTTPError

from chalicelib.adapters.answers import NotThere
from chalicelib.adapters.deadline import remaining
from chalicelib.adapters.web import content_of, service_url
from chalicelib.kernel.errors import Misconfigured, SchemaViolation, TooManyRequests, Unavailable

if TYPE_CHECKING:
    from tenacity import RetryCallState

BUDGET: Final = 6.0
"""Seconds that one operation may take with all its retries, where the deadline leaves so much."""
RESERVE: Final = 0.5
"""Seconds of the deadline that are kept to answer in."""
CONNECT_TIMEOUT: Final = 1.0
READ_TIMEOUT: Final = 3.0
"""Seconds of silence."""
LARGEST: Final = 8 * 1024 * 1024
"""Bytes of an answer; a definition is far below, and so is a list of subjects."""
PAUSE: Final = wait_random_exponential(multiplier=0.05, max=1.0)
_MEDIA: Final = "application/vnd.schemaregistry.v1+json"
_NOT_FOUND: Final = frozenset({40401, 40402, 40403, 40408})
"""No such subject, version, schema, or mode of its own."""
_OK, _DENIED, _MISSING, _TOO_MANY, _ERROR = 200, (401, 403), 404, 429, 500
_REFUSED: Final = (409, 413, 422)


class RegistryHttp:
    """Calls the registry at a URL; over TLS, unless it is on this machine."""

    def __init__(
        self, url: str, user: str = "", password: str = "", *, budget: float = BUDGET
    ) -> None:
        self._url = service_url(url, "a schema registry")
        self._budget = budget
        headers = {"Accept": f"{_MEDIA}, application/json", "Content-Type": _MEDIA}
        if user or password:
            headers |= urllib3.make_headers(basic_auth=f"{user}:{password}")
        self._pool = urllib3.PoolManager(headers=headers, maxsize=8)

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Return the answer's JSON.

        Raises NotThere, SchemaViolation (the registry won't have it), TooManyRequests, Unavailable
        (no answer, a failure, or nonsense), or Misconfigured (not allowed, or no registry there).
        """
        what = f"{method} {self._url}{path}"
        ends = time.monotonic() + min(self._budget, remaining() - RESERVE)

        def over(state: RetryCallState) -> bool:
            return time.monotonic() + state.upcoming_sleep >= ends

        again = retry_if_exception_type(Unavailable)
        attempts = Retrying(retry=again, wait=PAUSE, stop=over, reraise=True)
        return attempts(lambda: self._once(method, path, body, what, ends))

    def _once(self, method: str, path: str, body: object, what: str, ends: float) -> Any:
        left = max(ends - time.monotonic(), 0.01)
        try:
            answer = self._pool.request(
                method,
                self._url + path,
                body=None if body is None else json.dumps(body).encode(),
                timeout=urllib3.Timeout(min(CONNECT_TIMEOUT, left), min(READ_TIMEOUT, left)),
                retries=False,  # nor are redirects followed: the password is for this one only
                preload_content=False,
            )
            content = content_of(answer, "the schema registry's answer", LARGEST, ends)
        except HTTPError as error:
            raise Unavailable(f"{what}: {type(error).__name__} {error}") from error
        return _judged(answer.status, content, what)


def _judged(status: int, content: bytes, what: str) -> Any:
    if status in _DENIED:
        raise Misconfigured(f"{what}: the registry does not let us in ({status})")
    if status == _TOO_MANY:
        raise TooManyRequests(f"{what}: the registry takes no more at the moment", 1.0)
    if status >= _ERROR:
        raise Unavailable(f"{what}: the registry failed ({status})")
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        if status == _MISSING:
            raise Misconfigured(f"{what}: there is no schema registry") from error
        raise Unavailable(f"{what}: the answer ({status}) is no JSON") from error
    if status == _OK:
        return answer
    raise _refusal(status, answer, what)


def _refusal(status: int, answer: Any, what: str) -> Exception:
    told = answer if isinstance(answer, dict) else {}
    message = f"{what}: {told.get('message', status)}"
    if status == _MISSING:
        known = told.get("error_code") in _NOT_FOUND
        return NotThere(message) if known else Misconfigured(message)
    return SchemaViolation(message) if status in _REFUSED else Unavailable(message)
